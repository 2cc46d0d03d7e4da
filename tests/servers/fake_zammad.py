"""A Zammad of our own, on a real socket: what its documentation and its controllers say, and what they refuse.

Sources: docs.zammad.org/en/latest/api (intro, ticket, ticket/articles, ticket/shared_drafts, ticket/tags, user);
zammad/zammad app/controllers/tickets_controller.rb, ticket_articles_controller.rb, concerns/creates_ticket_articles.rb,
app/jobs/trigger_webhook_job.rb, lib/user_agent.rb (signature, headers).
"""

import hashlib
import hmac
import itertools
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import parseaddr
from typing import Any

import aiohttp
from aiohttp import web

from tests.servers.serving import serve_aiohttp

TOKEN = "zammad-token"  # noqa: S105 - a test's own
SECRET = "zammad-hook-secret"  # noqa: S105
BOT = {
    "id": 3,
    "login": "postbote@example.test",
    "email": "postbote@example.test",
    "groups": {"Support": ["full"], "Sales": ["full"]},
}
AGENT, SYSTEM = 4, 1
REQUIRED = {"ticket_id", "body"}
TYPES, SENDERS = {"note", "email", "phone", "web"}, {"Agent", "System", "Customer"}


@dataclass
class FakeZammad:
    """Tickets, articles, tags and mails for tests to look at."""

    tickets: dict[int, dict[str, Any]] = field(default_factory=dict)
    articles: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    raw: dict[int, bytes] = field(default_factory=dict)  # article → mail
    tags: dict[int, set[str]] = field(default_factory=dict)
    history: dict[int, list[str]] = field(default_factory=dict)  # ticket → types of what happened to it
    drafts: dict[int, dict[str, Any]] = field(default_factory=dict)  # shared drafts
    shares_drafts: bool = True  # of all groups
    mailed: list[dict[str, Any]] = field(
        default_factory=list
    )  # articles of type email that agents and the system wrote
    calls: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)  # for the next posts: "429", "503", "lost" (written, then cut)
    elasticsearch: bool = True
    url: str = ""
    _numbers: Any = field(default_factory=lambda: itertools.count(81))
    _article_numbers: Any = field(default_factory=lambda: itertools.count(104))

    async def start(self) -> None:
        app = web.Application(middlewares=[self._authorized])
        app.router.add_get("/api/v1/users/me", self._me)
        app.router.add_get("/api/v1/tickets", self._index)
        app.router.add_post("/api/v1/tickets", self._open)
        app.router.add_get("/api/v1/tickets/search", self._search)
        app.router.add_get("/api/v1/tickets/{id}", self._ticket)
        app.router.add_get("/api/v1/ticket_articles/by_ticket/{id}", self._by_ticket)
        app.router.add_get("/api/v1/ticket_article_plain/{id}", self._plain)
        app.router.add_post("/api/v1/ticket_articles", self._create)
        app.router.add_get("/api/v1/ticket_history/{id}", self._history)
        app.router.add_get("/api/v1/tickets/{id}/shared_draft", self._shared_draft)
        app.router.add_put("/api/v1/tickets/{id}/shared_draft", self._shared_draft)
        app.router.add_delete("/api/v1/tickets/{id}/shared_draft", self._shared_draft)
        app.router.add_post("/api/v1/tags/add", self._tag)
        self._runner, self.url = await serve_aiohttp(app)

    async def stop(self) -> None:
        await self._runner.cleanup()

    # What happens in it

    def mail(self, raw: bytes, group: str = "Support", preferences: Mapping[str, Any] | None = None) -> int:
        """A mail comes in: a new ticket, with the mail kept beside its article."""
        mail = message_from_bytes(raw)
        customer = parseaddr(str(mail["From"]))[1].lower()
        ticket = self._new(group, str(mail["Subject"]), customer, 8)
        article = self._article(
            ticket, type="email", sender="Customer", created_by_id=8, preferences=dict(preferences or {})
        )
        article |= {"from": str(mail["From"]), "body": "<p>as Zammad shows it</p>", "content_type": "text/html"}
        self.raw[article["id"]] = raw
        return ticket

    def write(self, ticket: int, **values: Any) -> dict[str, Any]:
        """Somebody writes an article."""
        return self._article(ticket, **values)

    def typed(self, customer: str, body: str, **article: Any) -> int:
        """A ticket from Zammad's own pages: the customer types it, or an agent enters a call."""
        ticket = self._new("Support", "Frage", customer, 8)
        values = {"type": "web", "sender": "Customer", "created_by_id": 8, "body": body, "from": customer}
        self._article(ticket, **{**values, **article})
        return ticket

    def merge(self, ticket: int, into: int) -> None:
        """An agent merges a ticket into another one (app/models/ticket.rb, merge_to)."""
        self.articles[into] = sorted(self.articles[into] + self.articles[ticket], key=lambda a: int(a["id"]))
        for article in self.articles[into]:
            article["ticket_id"] = into
        self.articles[ticket] = []
        self._article(ticket, type="note", sender="Agent", created_by_id=AGENT, body="merged")
        self.tickets[ticket]["state"] = "merged"
        self.history.setdefault(ticket, []).append("merged_into")
        self.history.setdefault(into, []).append("received_merge")

    def tag(self, ticket: int, tag: str) -> None:
        """An agent, or a macro, gives a ticket a tag."""
        self.tags[ticket].add(tag)
        self.tickets[ticket]["updated_at"] = _now()

    def ours(self, ticket: int) -> list[dict[str, Any]]:
        """What the bot has written."""
        return [a for a in self.articles[ticket] if a["created_by_id"] == BOT["id"]]

    async def hook(self, url: str, ticket: int, secret: str = SECRET, delivery: str = "") -> int:
        """As a trigger's webhook; the status of the answer."""
        found = {**self.tickets[ticket], "group": {"id": 1, "name": self.tickets[ticket]["group"]}}
        body = json.dumps({"ticket": found, "article": self.articles[ticket][-1]}).encode()
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=signed(body, secret, delivery)) as response,
        ):
            return response.status

    def _new(self, group: str, title: str, customer: str, customer_id: int) -> int:
        number = int(next(self._numbers))
        now = _now()
        self.tickets[number] = {
            "id": number,
            "number": f"10{number:03d}",
            "title": title,
            "group": group,
            "state": "new",
            "customer": customer,
            "customer_id": customer_id,
            "created_at": now,
            "updated_at": now,
            "preferences": {},
        }
        self.articles[number], self.tags[number] = [], set()
        return number

    def _article(self, ticket: int, **values: Any) -> dict[str, Any]:
        article = {
            "id": next(self._article_numbers),
            "ticket_id": ticket,
            "internal": False,
            "preferences": {},
            "from": "",
            "to": "",
            "subject": "",
            "body": "",
            "content_type": "text/html",
            **values,
        }
        self.articles[ticket].append(article)
        self.tickets[ticket]["updated_at"] = _now()
        return article

    # What is asked of it

    @web.middleware
    async def _authorized(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Token token={TOKEN}":
            return web.json_response({"error": "Invalid token!"}, status=401)
        self.calls.append(f"{request.method} {request.path}")
        found: web.StreamResponse = await handler(request)
        return found

    async def _me(self, request: web.Request) -> web.Response:
        return web.json_response(BOT)

    async def _index(self, request: web.Request) -> web.Response:
        size, page = int(request.query.get("per_page", "50")), int(request.query.get("page", "1"))
        return web.json_response(
            sorted(self.tickets.values(), key=lambda t: int(t["id"]))[(page - 1) * size : page * size]
        )

    async def _search(self, request: web.Request) -> web.Response:
        query, size = request.query["query"], min(200, int(request.query.get("per_page", "50")))
        found = list(self.tickets.values()) if self.elasticsearch else []
        since = re.search(r'created_at:\["([^"]+)" TO \*\]', query)
        tag = re.search(r'tags:"([^"]+)"', query)
        changed = re.search(r" AND updated_at:\[now-\d+d TO \*\]$", query)
        assert changed or "updated_at" not in query, query
        assert since or tag, query
        if since:
            found = [t for t in found if t["created_at"] >= since[1]]
        if tag:
            found = [t for t in found if tag[1] in self.tags[t["id"]]]
        assert request.query["expand"] == "true"
        found.sort(key=lambda t: (t["created_at"], t["id"]), reverse=request.query.get("order_by") == "desc")
        page = int(request.query.get("page", "1"))
        return web.json_response(found[(page - 1) * size : page * size])

    async def _ticket(self, request: web.Request) -> web.Response:
        number = int(request.match_info["id"])
        if number not in self.tickets:
            return web.json_response({"error": "Couldn't find Ticket"}, status=404)
        return web.json_response(self.tickets[number])

    async def _by_ticket(self, request: web.Request) -> web.Response:
        return web.json_response(self.articles[int(request.match_info["id"])])

    async def _plain(self, request: web.Request) -> web.Response:
        raw = self.raw.get(int(request.match_info["id"]))
        return web.Response(body=raw, content_type="message/rfc822") if raw else web.Response(status=204)

    async def _history(self, request: web.Request) -> web.Response:
        """app/models/concerns/has_history.rb, history_get(true); merges as spec/models/ticket_spec.rb expects them."""
        number = int(request.match_info["id"])
        of = {"object": "Ticket", "o_id": number, "created_by_id": AGENT, "created_at": _now()}
        happened = [{**of, "type": kind, "id_from": 1, "id_to": 2} for kind in self.history.get(number, [])]
        written = {**of, "object": "Ticket::Article", "type": "created"}
        return web.json_response({"history": [{**of, "type": "created"}, written, *happened], "assets": {}})

    async def _shared_draft(self, request: web.Request) -> web.Response:
        """docs.zammad.org/en/latest/api/ticket/shared_drafts; app/controllers/ticket_shared_draft_zoom_controller.rb.

        Its policy asks for the right to change the ticket alone: where the group shares no drafts, one is taken too,
        and shown to nobody. The assets hold the groups of the draft's author.
        """
        number = int(request.match_info["id"])
        if request.method == "PUT":
            self.drafts[number] = (await request.json())["new_article"]
        if request.method == "DELETE":
            del self.drafts[number]
        if number not in self.drafts:
            return web.json_response({"shared_draft_id": None, "assets": None})
        draft = {"id": 1, "ticket_id": number, "new_article": self.drafts[number]}
        names = enumerate(("Support", "Sales"), 1)
        groups = {str(n): {"id": n, "name": name, "shared_drafts": self.shares_drafts} for n, name in names}
        assets = {"TicketSharedDraftZoom": {"1": draft}, "User": {"3": {"id": 3}}, "Group": groups}
        return web.json_response({"shared_draft_id": 1, "assets": assets})

    async def _tag(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert body["object"] == "Ticket"
        self.tags[int(body["o_id"])].add(body["item"])
        return web.json_response(True, status=201)

    async def _open(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("group") not in BOT["groups"]:  # type: ignore[operator]
            return web.json_response({"error": "No lookup value found for 'group'"}, status=422)
        if self.trouble and self.trouble[0].isdigit():
            return web.json_response({"error": "busy"}, status=int(self.trouble.pop(0)))
        number = self._new(body["group"], body["title"], "", body["customer_id"])
        self.tags[number] |= set(body.get("tags", "").split(","))
        self._article(number, **body["article"], sender="Agent", created_by_id=BOT["id"])
        return self._answer(request, self.tickets[number])

    async def _create(self, request: web.Request) -> web.Response:
        if self.trouble and self.trouble[0].isdigit():
            status = int(self.trouble.pop(0))
            return web.json_response({"error": "busy"}, status=status, headers={"Retry-After": "0"})
        body = await request.json()
        wrong = _wrong(body)
        if wrong:
            return web.json_response({"error": wrong}, status=422)
        article = self._article(int(body["ticket_id"]), **{k: v for k, v in body.items() if k != "ticket_id"})
        article["created_by_id"] = BOT["id"]
        if article["type"] == "email":  # also an internal one (docs: "will be sent nevertheless")
            self.mailed.append(article)
        return self._answer(request, article)

    def _answer(self, request: web.Request, found: Mapping[str, Any]) -> web.Response:
        if self.trouble and self.trouble[0] == "lost":
            self.trouble.pop(0)
            assert request.transport
            request.transport.close()
        return web.json_response(found, status=201)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _wrong(body: Mapping[str, Any]) -> str:
    if body.keys() < REQUIRED or not body["body"]:
        return 'Need at least article: { body: "some text" }'
    if body.get("type", "note") not in TYPES or body.get("sender", "Agent") not in SENDERS:
        return "No lookup value found"
    if body.get("type") == "email" and "@" not in str(body.get("to")):
        return "Invalid recipient"
    return ""


def signed(body: bytes, secret: str = SECRET, delivery: str = "") -> dict[str, str]:
    """lib/user_agent.rb, set_signature; app/jobs/trigger_webhook_job.rb, headers."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zammad User Agent",
        "X-Zammad-Trigger": "Postbote",
        "X-Zammad-Delivery": delivery or str(uuid.uuid4()),
        "X-Hub-Signature": f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}",
    }
