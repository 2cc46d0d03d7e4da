"""The calls of Zammad's REST interface that are needed (docs.zammad.org/en/latest/api)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.channels.helpdesk.http import Got, HelpdeskClient, Refused
from bot.channels.zammad.parse import TAG, own_article, to_ticket
from bot.core.model import Ticket, TryLater

PAGE = 100  # Zammad gives no more than 200 at once
BEGINNING = "1970-01-01T00:00:00Z"


class Api:
    """One Zammad. Everything raises TryLater; `Refused` only where it says so."""

    def __init__(self, client: HelpdeskClient) -> None:
        self._client = client
        self._us: Mapping[str, Any] = {}

    async def us(self) -> Mapping[str, Any]:
        """Our user: id, login, email …."""
        if not self._us:
            found = await self._get("users/me", expand="true")
            self._us = found if isinstance(found, dict) else {}
        return self._us

    async def our_id(self) -> int:
        """Of our user."""
        return int((await self.us()).get("id") or 0)

    async def search(self, since: str, order: str, page: int, size: int = PAGE) -> list[Mapping[str, Any]]:
        """Tickets created since then. `order`: asc, desc. Finds nothing where Zammad has no Elasticsearch."""
        found = await self._get(
            "tickets/search",
            query=f'created_at:["{since}" TO *]',
            sort_by="created_at",
            order_by=order,
            page=str(page),
            per_page=str(size),
            limit=str(size),  # what older versions read
            expand="true",
        )
        return [ticket for ticket in found if isinstance(ticket, dict)] if isinstance(found, list) else []

    async def newest(self, number: int) -> list[Mapping[str, Any]]:
        """The newest tickets, newest first."""
        found: list[Mapping[str, Any]] = []
        size = min(number, PAGE)
        for page in range(1, -(-number // size) + 1):
            listed = await self.search(BEGINNING, "desc", page, size)
            found += listed
            if len(listed) < size:
                break
        return found[:number]

    async def since(self, stamp: str) -> AsyncIterator[list[Mapping[str, Any]]]:
        """Tickets created since then, oldest first, a page at a time."""
        page, full = 1, True
        while full:
            listed = await self.search(stamp, "asc", page)
            if listed:
                yield listed
            page, full = page + 1, len(listed) == PAGE

    async def has_tickets(self) -> bool:
        """Are there any that we may see? Told by the database, not by the search."""
        return bool(await self._get("tickets", page="1", per_page="1"))

    async def groups(self) -> list[str]:
        """Names of the groups that our user is in, with "full" access or what replies need."""
        groups = (await self.us()).get("groups") or {}
        may = {"full", "change"}
        return [name for name, rights in groups.items() if may & set(rights)] if isinstance(groups, dict) else []

    async def ticket(self, number: str) -> Ticket | None:
        """None where there is no such ticket."""
        try:
            found = (await self._client.get(f"api/v1/tickets/{int(number)}", expand="true")).json()
        except Refused as no:
            if no.status == 404:
                return None
            raise TryLater(f"Zammad does not show ticket {number} ({no})") from no
        articles = await self.articles(number)
        raw = await self._raw(articles[0]["id"]) if articles and articles[0].get("type") == "email" else None
        return to_ticket(found, articles, raw, await self.our_id(), self._client.root)

    async def articles(self, number: str) -> list[Mapping[str, Any]]:
        """Oldest first."""
        found = await self._get(f"ticket_articles/by_ticket/{number}", expand="true")
        listed = [a for a in found if isinstance(a, dict)] if isinstance(found, list) else []
        return sorted(listed, key=lambda article: int(article.get("id") or 0))

    async def own_article(self, number: str) -> str:
        """Id of what we have written there; empty where there is nothing."""
        return own_article(await self.articles(number), await self.our_id())

    async def tag(self, number: str, tag: str = TAG) -> None:
        """Marks a ticket; once more does no harm."""
        await self._send("tags/add", {"object": "Ticket", "o_id": int(number), "item": tag})

    async def write(self, article: Mapping[str, Any]) -> str:
        """A new article; its id. Raises Refused."""
        return str((await self._send("ticket_articles", article)).json()["id"])

    async def open(self, group: str, title: str, html: str, tag: str) -> Mapping[str, Any]:
        """A new ticket of our own. `tag`: what it is found by. Raises Refused."""
        article = {"subject": title, "body": html, "content_type": "text/html", "type": "note", "internal": True}
        body = {"title": title, "group": group, "customer_id": await self.our_id(), "tags": f"{TAG},{tag}"}
        found: Mapping[str, Any] = (await self._send("tickets", {**body, "article": article})).json()
        return found

    async def find(self, tag: str) -> Mapping[str, Any]:
        """The ticket with this tag; empty where there is none."""
        found = await self._get("tickets/search", query=f'tags:"{tag}"', limit="1", per_page="1", expand="true")
        return found[0] if isinstance(found, list) and found else {}

    async def _raw(self, article: Any) -> bytes | None:
        """The mail as it came; None where Zammad has not kept it."""
        try:
            return (await self._client.get(f"api/v1/ticket_article_plain/{int(article)}")).content or None
        except Refused as no:
            if no.status == 404:
                return None
            raise TryLater(f"Zammad does not show a mail ({no})") from no

    async def _get(self, path: str, **params: str) -> Any:
        try:
            return (await self._client.get(f"api/v1/{path}", **params)).json()
        except Refused as no:
            raise TryLater(f"Zammad refuses {path} ({no})") from no

    async def _send(self, path: str, body: Mapping[str, Any]) -> Got:
        return await self._client.send("POST", f"api/v1/{path}", body)
