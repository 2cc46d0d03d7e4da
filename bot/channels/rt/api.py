"""REST client of RT: the calls of REST 2.0 that are needed (docs.bestpractical.com/rt/5.0.3/RT/REST2.html)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import structlog

from bot.channels.helpdesk.feedback import Feedback, to_verdict
from bot.channels.helpdesk.http import RequestRefused, to_client
from bot.channels.helpdesk.parse import AgentMessage, AskedTicket, ListedTicket
from bot.channels.rt.agents import (
    asked_since,
    changed_since,
    comments_after,
    is_marked,
    replies_after,
    to_asked,
    to_changed,
    to_message,
    to_name,
)
from bot.channels.rt.parse import (
    FIELD,
    MOST_TEXTS,
    SYSTEM,
    Part,
    Transaction,
    auto_reasons,
    claimed_by,
    own_post,
    recipients,
    to_content,
    to_listed,
    to_parts,
    to_text,
    to_ticket,
    to_transactions,
)
from bot.core.model import Ticket, TryLater
from bot.settings.helpdesk import HelpdeskAccount

log = structlog.get_logger()

PAGE = "100"  # as many as RT gives at once
MOST_CHANGED = 10  # pages of changed tickets that are read


class RtApi:
    """REST client of one RT. Everything raises TryLater; `RequestRefused` only where it says so."""

    def __init__(self, account: HelpdeskAccount) -> None:
        self.client, self._token = to_client(account, "token "), account.token
        self._own_user = ""

    async def own_user(self) -> str:
        """Name of the bot's user. RT's tokens hold the id of their user: 1-31-ab74… (RT::AuthToken)."""
        if not self._own_user:
            number = self._token.split("-")[1] if self._token.count("-") == 2 else ""
            if not number.isdigit():
                raise TryLater("POSTBOTE_RT_TOKEN is no RT token: it looks like 1-31-ab74…")
            self._own_user = str((await self._get(f"user/{number}")).get("Name") or "")
        return self._own_user

    async def version(self) -> str:
        """Version of RT: "5.0.3"."""
        return str((await self._get("rt")).get("Version") or "")

    async def queues(self) -> Sequence[Mapping[str, Any]]:
        """Queues that the bot may see, each with its addresses and the custom fields of its tickets."""
        page = await self._get("queues/all", per_page=PAGE)
        return await asyncio.gather(*(self._get(f"queue/{item['id']}") for item in page.get("items") or []))

    async def own_address(self) -> str:
        """Address of the bot's user, in lower case; empty where it has none."""
        return str((await self._get(f"user/{quote(await self.own_user())}")).get("EmailAddress") or "").lower()

    async def list_newest(self, number: int = 1) -> list[ListedTicket]:
        """Newest tickets, newest first."""
        found: list[ListedTicket] = []
        page = 1
        while len(found) < number:
            wanted = min(number - len(found), int(PAGE)) if page == 1 else int(PAGE)
            listed = await self._search("id > 0", "DESC", per_page=str(wanted), page=str(page))
            found += listed
            if len(listed) < wanted:
                break
            page += 1
        return found[:number]

    async def allowed_actions(self, queue: str) -> frozenset[str]:
        """Names of what the bot may do to a queue's newest ticket ("comment" …); empty where there is no ticket."""
        quoted = queue.replace("\\", "\\\\").replace("'", "\\'")
        listed = await self._search(f"Queue = '{quoted}'", "DESC", per_page="1")
        found = await self._get(f"ticket/{listed[0].id}") if listed else {}
        return frozenset(str(link.get("ref")) for link in found.get("_hyperlinks") or [])

    async def list_since(self, last: int) -> AsyncIterator[list[ListedTicket]]:
        """Open tickets after that id, oldest first, a page at a time."""
        while True:
            page = await self._search(f"id > {last} AND Status = '__Active__'", "ASC", per_page=PAGE)
            if page:
                yield page
                last = int(page[-1].id)
            if len(page) < int(PAGE):
                return

    async def ticket(self, number: str) -> Ticket | None:
        """Ticket with its first mail; None where there is no such ticket, or it was merged into another one."""
        fields = {"fields[Queue]": "Name", "fields[Requestor]": "EmailAddress", "fields[Cc]": "EmailAddress"}
        try:
            response = await self.client.get(f"REST/2.0/ticket/{int(number)}", **fields)
        except RequestRefused as refused:
            if refused.status == 404:
                return None
            raise TryLater(f"RT does not show ticket {number} ({refused})") from refused
        found, transactions = response.json(), await self.transactions(number)
        if str(found.get("id")) != number:
            return None
        parts = await self._parts(transactions[0].id) if transactions else []
        by = transactions[0].by if transactions else ""
        person = await self._get(f"user/{quote(by)}") if by and by not in SYSTEM else {}
        etag = response.headers.get("etag", "")
        return to_ticket(found, etag, transactions, parts, await self.own_user(), self.client.root, person)

    async def transactions(self, number: str) -> list[Transaction]:
        """Transactions of a ticket, oldest first, at most a thousand."""
        found: list[Transaction] = []
        for page in range(1, MOST_CHANGED + 1):
            wanted = {"fields": "Type,Creator", "per_page": PAGE, "page": str(page)}
            listed = to_transactions(await self._get(f"ticket/{number}/history", **wanted))
            found += listed
            if len(listed) < int(PAGE):
                break
        return found

    async def find_own_post(self, number: str) -> str:
        """Id of the transaction in which the bot has written; empty where there is none."""
        return own_post(await self.transactions(number), await self.own_user())

    async def recipients(self, number: str) -> frozenset[str]:
        """Addresses, in lower case, that RT would send a public reply to."""
        fields = {"fields[Requestor]": "EmailAddress", "fields[Cc]": "EmailAddress"}
        return recipients(await self._get(f"ticket/{number}", **fields))

    async def list_changed(self, days: int) -> dict[str, str]:
        """Ids of the tickets that a bot has claimed → when each was changed, of those changed within so many days."""
        return {k: v for page in await self._changed(changed_since(days)) for k, v in to_changed(page).items()}

    async def list_asked(self, days: int) -> dict[str, AskedTicket]:
        """Tickets of handovers, by id, of those changed within so many days."""
        return {k: v for page in await self._changed(asked_since(days)) for k, v in to_asked(page).items()}

    async def agent_messages(self, number: str, after: int) -> list[AgentMessage]:
        """Public replies of agents with an id above `after`, oldest first; none of machines, and none of the bot's."""
        found = []
        replies = replies_after(await self.transactions(number), after, await self.own_user())
        names = {by: to_name(await self._get(f"user/{quote(by)}")) for by in {reply.by for reply in replies}}
        for reply in replies:
            if name := names[reply.by]:
                parts = await self._parts(reply.id)
                found += [] if auto_reasons(parts) else [to_message(reply, name, parts)]
        return found

    async def find_marked(self, number: str, mark: str) -> bool:
        """True if the bot has written a message with this mark."""
        us = await self.own_user()
        own = [t for t in await self.transactions(number) if t.by == us and t.type in ("Correspond", "Comment")]
        return any([is_marked(await self._parts(transaction.id), mark) for transaction in own])

    async def write_marked(self, number: str, html: str, mark: str, *, by_asker: bool) -> None:
        """Writes what an asker said as correspondence of the bot, who is the requestor; all else as a comment.

        A comment too where the bot may not correspond: agents see it all the same. Raises RequestRefused. `mark`: by
        which the post is found again. `by_asker`: True for the asker's words.
        """
        subject = f"Slack {mark}"
        try:
            await self.write(number, "correspond" if by_asker else "comment", html, subject)
        except RequestRefused as refused:
            if not by_asker or "ermission" not in refused.says:
                raise
            log.warning("rt_comment_instead", ticket=number, cure="grant the bot ReplyToTicket on the queue")
            await self.write(number, "comment", html, subject)

    async def _changed(self, query: str) -> list[Mapping[str, Any]]:
        """Pages of the tickets that a query finds, those that were changed last first."""
        wanted = {"fields": "LastUpdated,Status", "orderby": "LastUpdated", "order": "DESC", "per_page": PAGE}
        pages: list[Mapping[str, Any]] = []
        for number in range(1, MOST_CHANGED + 1):
            pages.append(await self._get("tickets", query=query, page=str(number), **wanted))
            if len(pages[-1].get("items") or []) < int(PAGE):
                break
        return pages

    async def feedback(self, number: str) -> list[Feedback]:
        """Feedback that agents have given in comments about the bot's post in a ticket."""
        us, transactions = await self.own_user(), await self.transactions(number)
        post, found = own_post(transactions, us), []
        for comment in comments_after(transactions, post, us) if post else ():
            if verdict := to_verdict(to_text(await self._parts(comment.id))):
                found.append(Feedback(number, comment.id, comment.by, verdict))
        return found

    async def claim(self, number: str, etag: str, by: str) -> str:
        """Sets the custom field if nothing has changed since `etag`; returns who holds the ticket now, as RT tells.

        Raises RequestRefused (412) where something has changed.
        """
        body = {"CustomFields": {FIELD: by}}
        await self.client.send("PUT", f"REST/2.0/ticket/{number}", body, {"If-Match": f'"{etag}"'})
        return claimed_by(await self._get(f"ticket/{number}"))

    async def write(self, number: str, how: str, html: str, subject: str = "") -> str:
        """Writes in a ticket; the transaction's id, "?" where RT does not tell it. Raises RequestRefused.

        `how`: "correspond", to the requestors, or "comment", for agents. `subject`: empty: RT takes the ticket's.
        """
        body = {"Content": html, "ContentType": "text/html", **({"Subject": subject} if subject else {})}
        response = await self.client.send("POST", f"REST/2.0/ticket/{number}/{how}", body)
        return response.headers.get("location", "").rpartition("/")[2] or "?"

    async def open(self, queue: str, subject: str, html: str, mark: str) -> str:
        """Opens a ticket of the bot's own; its id. `mark`: what it is found by. Raises RequestRefused."""
        body = {
            "Queue": queue,
            "Subject": subject,
            "Content": html,
            "ContentType": "text/html",
            "CustomFields": {FIELD: mark},
        }
        return str((await self.client.send("POST", "REST/2.0/ticket", body)).json()["id"])

    async def find_by_mark(self, mark: str) -> str:
        """Id of the ticket with this mark; empty where there is none."""
        listed = await self._search(f"'CF.{{{FIELD}}}' = '{mark}'", "ASC", per_page="1")
        return str(listed[0].id) if listed else ""

    async def _search(self, query: str, order: str, **more: str) -> list[ListedTicket]:
        wanted = {"fields": "Queue,CustomFields,Created", "fields[Queue]": "Name", "orderby": "id", "order": order}
        return to_listed(await self._get("tickets", query=query, **wanted, **more))

    async def _parts(self, transaction: str) -> list[Part]:
        fields = "ContentType,Headers,Filename"  # with Parent, 5.0.3 answers 500; with Content, megabytes come
        parts = to_parts(await self._get(f"transaction/{transaction}/attachments", fields=fields, per_page=PAGE))
        wanted = [part for part in parts if part.is_wanted][:MOST_TEXTS]
        read = [replace(part, content=to_content(await self._get(f"attachment/{part.id}"))) for part in wanted]
        whole = {part.id: part for part in read}
        return [whole.get(part.id, part) for part in parts]

    async def _get(self, path: str, **params: str) -> Mapping[str, Any]:
        try:
            found = (await self.client.get(f"REST/2.0/{path}", **params)).json()
        except RequestRefused as refused:
            raise TryLater(f"RT refuses {path} ({refused})") from refused
        return found if isinstance(found, dict) else {}
