"""Fake of Slack on a real socket: signs and delivers events as Slack does, and refuses what Slack refuses.

Sources: docs.slack.dev/apis/events-api (delivery, retries), …/authentication/verifying-requests-from-slack
(signature), …/reference/methods/chat.postMessage (errors), …/reference/block-kit (limits),
…/apis/events-api/using-socket-mode.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.servers.block_kit import refused, refused_view
from tests.servers.serving import serve_aiohttp

TOKEN = "xoxb-test"  # noqa: S105 - a test's own
APP_TOKEN = "xapp-test"  # noqa: S105
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 - the example of Slack's page on signatures
BOT = "U0BOT0001"
TEAM = "T0001"
IN_SECONDS = 3.0  # Slack waits this long for an acknowledgement


def signed(body: str, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """Headers of a request that Slack signed. `at`: seconds since the epoch; None: now."""
    stamp = str(int(at if at is not None else time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


@dataclass
class FakeSlack:
    """Fake Slack: its fields hold what the bot sent, and what a test wants to go wrong."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    ephemeral: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)  # published and opened, with "user_id" or "trigger_id"
    prompts: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)  # with "posts": how many there were before it
    said: list[dict[str, Any]] = field(default_factory=list)  # what people wrote, for conversations.replies
    names: dict[str, str] = field(default_factory=dict)  # user id → display name
    groups: dict[str, list[str]] = field(default_factory=dict)  # user group → its members; of others nothing is told
    snippets: dict[str, str] = field(default_factory=dict)  # id → content, for files.info
    logs: dict[str, str] = field(default_factory=dict)  # id → text of a file that is no snippet, at its own address
    refusals: dict[str, str] = field(default_factory=dict)  # method → error that it returns; "429": with that status
    takes_tables: bool = True  # False: a message with a table block is refused
    admins: set[str] = field(default_factory=set)
    creator: str = ""  # of every channel
    channels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # id → what conversations.info says of it
    teams: dict[str, str] = field(default_factory=lambda: {TOKEN: TEAM})  # token → workspace
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)  # code or refresh token → what oauth.v2.access says
    times: list[float] = field(default_factory=list)  # of the posts, by this process's clock
    scopes: str = ""  # of the token, as every answer names them; empty: not told
    clock: float = 0.0  # seconds that this Slack's clock is ahead
    mute: bool = False  # Socket Mode connections stay open and answer nothing
    # For the next posts: "429", "500", "cut", "hold" (says nothing), "page" or "plain" (a proxy's, with status 200),
    # an error ("is_archived"); and stored: "lost" (no reply), "half" (of one), "garbled" (no JSON)
    trouble: list[str] = field(default_factory=list)
    response_trouble: list[str] = field(default_factory=list)  # "page" or an error, for the next response_urls
    url: str = ""  # of the Web API, with a slash at the end
    locale: str = "en-GB"
    locales: dict[str, str] = field(default_factory=dict)  # user id → locale, of those who have another; "": not told
    _sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _acknowledged: dict[str, asyncio.Event] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def start(self, port: int = 0) -> None:
        """Listens on loopback."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_post("/commands/{id}", self._respond)
        app.router.add_get("/files-pri/{id}", self._download)
        app.router.add_get("/socket", self._socket)
        self._runner, self.root = await serve_aiohttp(app, port, patience=0.1)
        self.url = f"{self.root}/api/"

    async def stop(self) -> None:
        """Closes everything."""
        for socket in self._sockets:
            await socket.close()
        await self._runner.cleanup()

    async def deliver(self, bot_url: str, body: Mapping[str, Any], pauses: tuple[float, ...] = (0, 0.2, 0.5)) -> int:
        """Sends an event until it is acknowledged (Slack: at once, after a minute, after five); the number of tries."""
        raw = json.dumps(body)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(IN_SECONDS)) as session:
            for number, pause in enumerate((0, *pauses)):
                await asyncio.sleep(pause)
                headers = {"Content-Type": "application/json", **signed(raw)}
                if number:
                    headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_error"}
                try:
                    async with session.post(bot_url, data=raw, headers=headers) as response:
                        if response.status == 200:
                            return number + 1
                except (aiohttp.ClientError, TimeoutError):
                    continue
        return 0

    async def offer(
        self, session: aiohttp.ClientSession, bot_url: str, body: Mapping[str, Any], number: int = 0
    ) -> bool:
        """Sends an event once; was it acknowledged? `number`: of the retry."""
        raw = json.dumps(body)
        headers = {"Content-Type": "application/json", **signed(raw, at=time.time() + self.clock)}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_error"}
        try:
            async with session.post(bot_url, data=raw, headers=headers) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def command(
        self, bot_url: str, name: str, text: str, user: str = "U0001", channel: str = "C0001", team: str = TEAM
    ) -> int:
        """Sends a slash command, as a form; returns the status of the response. Slack never repeats one."""
        number = next(self._numbers)
        raw = urlencode(
            {
                "token": "gIkuvaNzQIHg97ATvDxqgjtO",
                "team_id": team,
                "channel_id": channel,
                "user_id": user,
                "command": f"/{name}",
                "text": text,
                "response_url": f"{self.root}/commands/{number}",
                "trigger_id": f"13345224609.738474920.{number}",
                "api_app_id": "A0001",
            }
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", **signed(raw)}
        async with aiohttp.ClientSession() as session, session.post(bot_url, data=raw, headers=headers) as response:
            return response.status

    async def interact(self, bot_url: str, payload: Mapping[str, Any]) -> int:
        """Sends a button press, a shortcut or a form (docs.slack.dev/interactivity/handling-user-interaction)."""
        raw = urlencode({"payload": json.dumps(payload)})
        headers = {"Content-Type": "application/x-www-form-urlencoded", **signed(raw)}
        async with aiohttp.ClientSession() as session, session.post(bot_url, data=raw, headers=headers) as response:
            return response.status

    async def press(
        self, bot_url: str, message: Mapping[str, Any], label: str, user: str = "U0001", team: str = TEAM
    ) -> int:
        """Presses the button with this label under a post, an ephemeral reply or in a view."""
        element = next(e for e in buttons(message) if e["label"] == label)
        number = next(self._numbers)
        return await self.interact(bot_url, self._pressed(message, element, user, team, number))

    def _pressed(
        self, message: Mapping[str, Any], element: Mapping[str, Any], user: str, team: str, number: int
    ) -> dict[str, Any]:
        """The fields of docs.slack.dev/reference/interaction-payloads/block_actions-payload."""
        action = {k: v for k, v in element.items() if k != "label"}
        payload: dict[str, Any] = {
            "type": "block_actions",
            "user": {"id": user, "username": "ada", "name": "ada", "team_id": team},
            "api_app_id": "A0001",
            "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
            "trigger_id": f"12466734323.1395872398.{number}",
            "team": {"id": team, "domain": "example"},
            "enterprise": None,
            "is_enterprise_install": False,
            "state": {"values": {}},
            "actions": [{**action, "block_id": "b1", "action_ts": f"1515450000.{number:06d}"}],
        }
        if message.get("type") in ("home", "modal"):
            return {**payload, "container": {"type": "view", "view_id": "V0001"}, "view": dict(message)}
        ephemeral = "id" in message
        channel = str(message.get("channel", "C0001"))
        container = {"type": "message", "message_ts": message.get("ts", "1.2"), "channel_id": channel}
        return {
            **payload,
            "container": {**container, "is_ephemeral": ephemeral},
            "channel": {"id": channel, "name": "general"},
            "response_url": f"{self.root}/commands/{message['id'] if ephemeral else f'press{number}'}",
            **({} if ephemeral else {"message": dict(message)}),
        }

    async def push(
        self, body: Mapping[str, Any], seconds: float = IN_SECONDS, kind: str = "events_api", over: int = -1
    ) -> bool:
        """Sends an event over a Socket Mode connection (the newest; `over`: of the open ones); was it acknowledged?

        `kind`: events_api, slash_commands or interactive (docs.slack.dev/apis/events-api/using-socket-mode).
        """
        envelope = f"envelope-{next(self._numbers)}"
        self._acknowledged[envelope] = asyncio.Event()
        found = [socket for socket in self._sockets if not socket.closed]
        try:
            await found[over].send_json({"type": kind, "envelope_id": envelope, "payload": body})
            await asyncio.wait_for(self._acknowledged[envelope].wait(), seconds)
        except (TimeoutError, IndexError, ConnectionError, aiohttp.ClientError):
            return False
        return True

    async def until(self, posts: int, seconds: float = 8.0) -> None:
        """Waits until there are so many posts and replies, and a little longer, for those that must not come."""
        end = time.monotonic() + seconds
        while len(self.posts) + len(self.ephemeral) < posts and time.monotonic() < end:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)

    def connections(self) -> int:
        """Number of open Socket Mode connections."""
        return sum(not socket.closed for socket in self._sockets)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        body = await _body(request)
        if method == "apps.connections.open":
            return web.json_response({"ok": True, "url": self.root.replace("http", "ws", 1) + "/socket"})
        if method == "oauth.v2.access":
            found = self.codes.pop(str(body.get("code") or body.get("refresh_token")), None)
            return web.json_response({"ok": True, **found} if found else {"ok": False, "error": "invalid_code"})
        team = self.teams.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if team is None:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if refusal := self.refusals.get(method):
            status, error = (429, "ratelimited") if refusal == "429" else (200, refusal)
            return web.json_response({"ok": False, "error": error}, status=status, headers={"Retry-After": "60"})
        if method == "chat.postMessage":
            return await self._post(request, body, team)
        answer = getattr(self, "_" + method.replace(".", "_"), None)
        date = formatdate(time.time() + self.clock, usegmt=True)
        headers = {"Date": date, **({"x-oauth-scopes": self.scopes} if self.scopes else {})}
        return web.json_response(
            answer(body, team) if answer else {"ok": False, "error": "unknown_method"}, headers=headers
        )

    def _auth_test(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        return {"ok": True, "team_id": team, "user_id": BOT, "bot_id": "B0001", "url": "https://example.slack.com/"}

    def _users_info(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        user = str(body.get("user"))
        profile = {"display_name": self.names.get(user, "")}
        about = {
            "id": user,
            "locale": self.locales.get(user, self.locale),
            "is_admin": user in self.admins,
            "profile": profile,
        }
        return {"ok": True, "user": about}

    def _usergroups_users_list(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        """docs.slack.dev/reference/methods/usergroups.users.list"""
        found = self.groups.get(str(body.get("usergroup")))
        return {"ok": True, "users": found} if found else {"ok": False, "error": "missing_scope"}

    def _files_info(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        """docs.slack.dev/reference/methods/files.info: a snippet's text is beside its file."""
        content = self.snippets.get(str(body.get("file")))
        if body.get("file") in self.logs:
            file = {"id": body["file"], "mode": "hosted", "mimetype": "text/plain"}
            return {"ok": True, "file": {**file, "url_private_download": f"{self.root}/files-pri/{body['file']}"}}
        if content is None:
            return {"ok": False, "error": "missing_scope", "needed": "files:read"}
        return {"ok": True, "file": {"id": body["file"], "mode": "snippet"}, "content": content, "is_truncated": False}

    def _conversations_info(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        about = self.channels.get(str(body.get("channel")), {})
        return {"ok": True, "channel": {"id": body.get("channel"), "creator": self.creator, **about}}

    def _conversations_open(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        return {"ok": True, "channel": {"id": f"D{str(body.get('users'))[1:]}"}}

    def _conversations_replies(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        with_metadata = str(body.get("include_all_metadata", "")).lower() in ("1", "true")
        everything = [*self.said, *(p for p in self.posts if p["team"] == team)]
        found = [m for m in everything if m["channel"] == body.get("channel")]
        if "ts" in body:
            found = [m for m in found if body["ts"] in (m["ts"], m.get("thread_ts"))]
        return {"ok": True, "messages": [m if with_metadata else {**m, "metadata": None} for m in found]}

    def _conversations_history(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        """Without replies in threads, the newest first (docs.slack.dev/reference/methods/conversations.history)."""
        found = self._conversations_replies({k: v for k, v in body.items() if k != "ts"}, team)["messages"]
        oldest, latest = float(body.get("oldest") or 0), float(body.get("latest") or "inf")
        found = [m for m in found if m.get("thread_ts", m["ts"]) == m["ts"] and oldest < float(m["ts"]) < latest]
        found.sort(key=lambda m: float(m["ts"]), reverse=True)
        return {"ok": True, "messages": found[: int(body.get("limit") or 100)]}

    def _chat_update(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        error = refused(body)
        found = [p for p in self.posts if (p["channel"], p["ts"]) == (body.get("channel"), body.get("ts"))]
        if error or not found:
            return {"ok": False, "error": error or "message_not_found"}
        found[0].update({k: body[k] for k in ("text", "blocks")}, edited=found[0].get("edited", 0) + 1)
        return {"ok": True, "ts": body["ts"]}

    def _chat_delete(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        kept = [p for p in self.posts if (p["channel"], p["ts"]) != (body.get("channel"), body.get("ts"))]
        found, self.posts[:] = len(kept) < len(self.posts), kept
        return {"ok": True} if found else {"ok": False, "error": "message_not_found"}

    def _chat_postEphemeral(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        error = refused(body)
        if not error:
            self.ephemeral.append({**body, "response_type": "ephemeral", "id": "whisper"})
        return {"ok": False, "error": error} if error else {"ok": True, "message_ts": "1.3"}

    def _views_publish(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        error = refused_view(body.get("view") or {})
        if not error:
            self.views.append({**body["view"], "user_id": body.get("user_id")})
        return {"ok": False, "error": error} if error else {"ok": True, "view": body["view"]}

    def _views_open(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        error = refused_view(body.get("view") or {})
        if not error:
            self.views.append({**body["view"], "trigger_id": body.get("trigger_id")})
        return {"ok": False, "error": error} if error else {"ok": True, "view": body["view"]}

    def _assistant_threads_setSuggestedPrompts(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        if not body.get("channel_id") or not 0 < len(body.get("prompts") or []) <= 4:
            return {"ok": False, "error": "invalid_arguments"}
        self.prompts.append(dict(body))
        return {"ok": True}

    def _assistant_threads_setStatus(self, body: Mapping[str, Any], team: str) -> dict[str, Any]:
        """docs.slack.dev/reference/methods/assistant.threads.setStatus"""
        if not all(isinstance(body.get(name), str) for name in ("channel_id", "thread_ts", "status")):
            return {"ok": False, "error": "invalid_arguments"}
        threads = {str(m.get("thread_ts") or m["ts"]) for m in [*self.said, *self.posts]}
        if body["thread_ts"] not in threads:
            return {"ok": False, "error": "invalid_thread_ts"}
        self.statuses.append({**body, "posts": len(self.posts)})
        return {"ok": True}

    def _refusal_of_a_table(self, body: Mapping[str, Any]) -> str:
        tables = any(block["type"] == "table" for block in body.get("blocks") or [])
        return "invalid_blocks" if tables and not self.takes_tables else ""

    async def _post(self, request: web.Request, body: dict[str, Any], team: str) -> web.StreamResponse:
        fault = self.trouble.pop(0) if self.trouble else ""
        if fault not in ("", "cut", "lost", "half", "garbled"):
            return await _unposted(fault)
        if error := refused(body) or self._refusal_of_a_table(body):
            return web.json_response({"ok": False, "error": error})
        if fault == "cut":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        post = {**body, "ts": f"{time.time():.6f}", "type": "message", "user": BOT, "bot_id": "B0001", "team": team}
        self.posts.append(post)
        self.times.append(time.monotonic())
        if fault == "half":
            return await _half(request)
        if fault == "garbled":
            return web.Response(text='{"ok": tru', content_type="application/json")
        if fault == "lost":
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"ok": True, "ts": post["ts"], "channel": post["channel"], "message": post})

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        fault = self.response_trouble.pop(0) if self.response_trouble else ""
        if fault == "page":
            return _page("text/html")
        if fault:
            return web.json_response({"ok": False, "error": fault}, status=404)
        name = request.match_info["id"]
        shown = [e for e in self.ephemeral if e["id"] == name]
        if body.get("delete_original"):
            self.ephemeral[:] = [e for e in self.ephemeral if e not in shown]
            return web.Response(text="ok")
        error = refused({"channel": "C0001", **body})
        if error:
            return web.Response(status=400, text=error)
        if body.get("replace_original") and shown:
            shown[0].update(body, edited=shown[0].get("edited", 0) + 1)
        else:
            self.ephemeral.append({**body, "id": name})
        return web.Response(text="ok")

    async def _download(self, request: web.Request) -> web.Response:
        """A file for who has the token; anybody else gets the page to sign in."""
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.teams:
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        return web.Response(text=self.logs[request.match_info["id"]])

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=not self.mute)
        await socket.prepare(request)
        self._sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0001"}})
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._acknowledged.get(json.loads(message.data).get("envelope_id"), asyncio.Event()).set()
        return socket


async def _unposted(fault: str) -> web.Response:
    """Answer to a post that is not taken."""
    if fault == "429":
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
    if fault in ("500", "hold"):
        await asyncio.sleep(60 if fault == "hold" else 0)
        return web.Response(status=500, text="upstream error")
    if fault in ("page", "plain"):
        return _page("text/html" if fault == "page" else "text/plain")
    return web.json_response({"ok": False, "error": fault})


def _page(kind: str) -> web.Response:
    """Page of a proxy that has taken the place of Slack's answer."""
    return web.Response(text="<html><body>Please log in to the network</body></html>", content_type=kind)


async def _half(request: web.Request) -> web.StreamResponse:
    """The connection breaks in the middle of the reply."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "200"})
    await response.prepare(request)
    await response.write(b'{"ok": true, "ts": "15')
    assert request.transport is not None
    request.transport.close()
    return response


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    form = {**request.query, **await request.post()}
    nested = ("blocks", "metadata", "view", "prompts")
    return {k: json.loads(v) if k in nested and isinstance(v, str) else v for k, v in form.items()}


def buttons(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Buttons of a message or view, each as an action of a block_actions payload, with its "label"."""
    found: list[dict[str, Any]] = []
    for block in message.get("blocks") or []:
        for element in block.get("elements") or []:
            if element.get("type") == "button":
                found.append({**element, "label": element["text"]["text"]})
            elif element.get("type") == "feedback_buttons":
                for side in (element["positive_button"], element["negative_button"]):
                    said = {"type": "feedback_buttons", "action_id": element["action_id"], "value": side["value"]}
                    found.append({**said, "label": side["text"]["text"]})
    return found
