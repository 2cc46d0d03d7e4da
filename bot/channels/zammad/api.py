"""REST client of Zammad: the calls that are needed (docs.zammad.org/en/latest/api)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog

from bot.channels.helpdesk.feedback import Feedback
from bot.channels.helpdesk.http import HelpdeskResponse, RequestRefused, to_client
from bot.channels.helpdesk.parse import AgentMessage, AskedTicket, ListedTicket
from bot.channels.zammad.parse import (
    ASKED_TAG,
    TAG,
    own_article,
    shares_drafts,
    to_agent_messages,
    to_asked,
    to_changed,
    to_feedback,
    to_listed,
    to_stamp,
    to_ticket,
    was_merged,
)
from bot.core.model import Ticket, TryLater
from bot.settings.helpdesk import HelpdeskAccount

log = structlog.get_logger()

PAGE = 100  # Zammad gives no more than 200 at once


class ZammadApi:
    """REST client of one Zammad. Everything raises TryLater; `RequestRefused` only where it says so."""

    def __init__(self, account: HelpdeskAccount) -> None:
        self.client = to_client(account, "Token token=")
        self._own_user: Mapping[str, Any] = {}

    async def own_user(self) -> Mapping[str, Any]:
        """Bot's user, with id, login, email, groups …; asked once."""
        if not self._own_user:
            found = await self._get("users/me", expand="true")
            self._own_user = found if isinstance(found, dict) else {}
        return self._own_user

    async def own_id(self) -> int:
        """Id of the bot's user."""
        return int((await self.own_user()).get("id") or 0)

    async def list_created(self, since: float, order: str, page: int, size: int = PAGE) -> list[ListedTicket]:
        """One page of the tickets created at `since` (seconds since the epoch) or later.

        `order`: asc, desc. `page`: from 1. Empty too where Zammad has no Elasticsearch.
        """
        found = await self._get(
            "tickets/search",
            query=f'created_at:["{to_stamp(since)}" TO *]',
            sort_by="created_at",
            order_by=order,
            page=str(page),
            per_page=str(size),
            limit=str(size),  # what older versions read
            expand="true",
        )
        return to_listed(found)

    async def list_newest(self, number: int) -> list[ListedTicket]:
        """Newest tickets, newest first."""
        found: list[ListedTicket] = []
        size = min(number, PAGE)
        for page in range(1, -(-number // size) + 1):
            listed = await self.list_created(0.0, "desc", page, size)
            found += listed
            if len(listed) < size:
                break
        return found[:number]

    async def list_since(self, position: float) -> AsyncIterator[list[ListedTicket]]:
        """Tickets created at a time or later, oldest first, a page at a time."""
        page, full = 1, True
        while full:
            listed = await self.list_created(position, "asc", page)
            if listed:
                yield listed
            page, full = page + 1, len(listed) == PAGE

    async def has_tickets(self) -> bool:
        """True if there are tickets that the bot may see: told by the database, not by the search."""
        return bool(await self._get("tickets", page="1", per_page="1"))

    async def groups(self) -> list[str]:
        """Names of the groups that the bot's user is in, with "full" access or what replies need."""
        groups = (await self.own_user()).get("groups") or {}
        may = {"full", "change"}
        return [name for name, rights in groups.items() if may & set(rights)] if isinstance(groups, dict) else []

    async def ticket(self, number: str) -> Ticket | None:
        """Ticket with its first mail; None where there is no such ticket."""
        try:
            found = (await self.client.get(f"api/v1/tickets/{int(number)}", expand="true")).json()
        except RequestRefused as refused:
            if refused.status == 404:
                return None
            raise TryLater(f"Zammad does not show ticket {number} ({refused})") from refused
        articles = await self.articles(number)
        raw = await self._raw(articles[0]["id"]) if articles and articles[0].get("type") == "email" else None
        # A fresh ticket has one article: only where there are more is it worth asking how they came there
        merged = len(articles) > 1 and await self._was_merged(number)
        return to_ticket(found, articles, raw, await self.own_id(), self.client.root, merged=merged)

    async def articles(self, number: str) -> list[Mapping[str, Any]]:
        """Articles of a ticket, oldest first."""
        found = await self._get(f"ticket_articles/by_ticket/{number}", expand="true")
        listed = [a for a in found if isinstance(a, dict)] if isinstance(found, list) else []
        return sorted(listed, key=lambda article: int(article.get("id") or 0))

    async def find_own_article(self, number: str) -> str:
        """Id of the article that the bot has written; empty where there is none."""
        return own_article(await self.articles(number), await self.own_id())

    async def list_changed(self, tag: str, days: int) -> dict[str, str]:
        """Ids of the tickets with a tag → when each was changed, of those changed within so many days."""
        return to_changed(await self._changed(tag, days))

    async def list_asked(self, days: int) -> dict[str, AskedTicket]:
        """Tickets of handovers, by id, of those changed within so many days; the newest hundred."""
        return to_asked(await self._changed(ASKED_TAG, days))

    async def agent_messages(self, number: str, after: int) -> list[AgentMessage]:
        """Public articles of agents with an id above `after`, oldest first; none of machines, and none of the bot's."""
        return to_agent_messages(await self.articles(number), after, await self.own_id())

    async def find_marked(self, number: str, mark: str) -> bool:
        """True if the bot has written an article with this mark."""
        us = await self.own_id()
        own = [article for article in await self.articles(number) if article.get("created_by_id") == us]
        return any(mark in str(article.get("subject") or "") for article in own)

    async def write_marked(self, number: str, html: str, mark: str, *, by_asker: bool) -> None:
        """Writes what an asker said as a customer's article, all else as an internal note. Raises RequestRefused."""
        kind = (
            {"type": "web", "internal": False, "sender": "Customer"}
            if by_asker
            else {"type": "note", "internal": True, "sender": "Agent"}
        )
        body = {"ticket_id": int(number), "subject": f"Slack {mark}", "body": html, "content_type": "text/html"}
        await self.write({**body, **kind})

    async def _changed(self, tag: str, days: int) -> Any:
        query = f'tags:"{tag}" AND updated_at:[now-{days}d TO *]'
        paging = {"sort_by": "updated_at", "order_by": "desc", "limit": str(PAGE), "per_page": str(PAGE)}
        return await self._get("tickets/search", query=query, expand="true", **paging)

    async def feedback(self, number: str) -> list[Feedback]:
        """Feedback that agents have given in internal notes about the bot's article in a ticket."""
        return to_feedback(await self.articles(number), await self.own_id())

    async def draft(self, number: str, group: str, article: Mapping[str, Any]) -> bool:
        """Puts a reply into a ticket as its shared draft, which agents of the group open and send; False: not done.

        docs.zammad.org/en/latest/api/ticket/shared_drafts. A draft that is there already is somebody's work and stays.
        Zammad takes a draft where the group shares none, too, and shows it to nobody: it is taken away again.
        """
        path = f"api/v1/tickets/{int(number)}/shared_draft"
        try:
            if (await self.client.get(path)).json().get("shared_draft_id"):
                return False
            body = {"form_id": f"postbote-{int(number)}", "new_article": article, "ticket_attributes": {}}
            shared = shares_drafts((await self.client.send("PUT", path, body)).json(), group)
            if not shared:
                await self.client.send("DELETE", path, {})
        except (RequestRefused, TryLater) as wrong:
            log.info("zammad_not_drafted", ticket=number, why=str(wrong))
            return False
        return shared

    async def tag(self, number: str, tag: str = TAG) -> None:
        """Adds a tag to a ticket; once more does no harm. Raises RequestRefused."""
        await self._send("tags/add", {"object": "Ticket", "o_id": int(number), "item": tag})

    async def write(self, article: Mapping[str, Any]) -> str:
        """Writes an article; its id. Raises RequestRefused."""
        return str((await self._send("ticket_articles", article)).json()["id"])

    async def open(self, group: str, title: str, html: str, tag: str) -> Mapping[str, Any]:
        """Opens a ticket of the bot's own. `tag`: what it is found by. Raises RequestRefused."""
        article = {"subject": title, "body": html, "content_type": "text/html", "type": "note", "internal": True}
        body = {"title": title, "group": group, "customer_id": await self.own_id(), "tags": f"{TAG},{ASKED_TAG},{tag}"}
        found: Mapping[str, Any] = (await self._send("tickets", {**body, "article": article})).json()
        return found

    async def find_by_tag(self, tag: str) -> Mapping[str, Any]:
        """Ticket with this tag; empty where there is none."""
        found = await self._get("tickets/search", query=f'tags:"{tag}"', limit="1", per_page="1", expand="true")
        return found[0] if isinstance(found, list) and found else {}

    async def _was_merged(self, number: str) -> bool:
        """True if another ticket was merged into this one; False too where Zammad shows no history."""
        try:
            return was_merged((await self.client.get(f"api/v1/ticket_history/{int(number)}")).json())
        except RequestRefused:
            return False

    async def _raw(self, article: Any) -> bytes | None:
        """Mail of an article, as it came; None where Zammad has not kept it."""
        try:
            return (await self.client.get(f"api/v1/ticket_article_plain/{int(article)}")).content or None
        except RequestRefused as refused:
            if refused.status == 404:
                return None
            raise TryLater(f"Zammad does not show a mail ({refused})") from refused

    async def _get(self, path: str, **params: str) -> Any:
        try:
            return (await self.client.get(f"api/v1/{path}", **params)).json()
        except RequestRefused as refused:
            raise TryLater(f"Zammad refuses {path} ({refused})") from refused

    async def _send(self, path: str, body: Mapping[str, Any]) -> HelpdeskResponse:
        return await self.client.send("POST", f"api/v1/{path}", body)
