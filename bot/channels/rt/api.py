"""The calls of RT's REST 2.0 that are needed (docs.bestpractical.com/rt/5.0.3/RT/REST2.html)."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.channels.helpdesk.http import HelpdeskClient, Refused
from bot.channels.rt.parse import (
    FIELD,
    MOST_TEXTS,
    SYSTEM,
    Listed,
    Part,
    Step,
    own_post,
    recipients,
    state_of,
    to_content,
    to_listed,
    to_parts,
    to_steps,
    to_ticket,
)
from bot.core.model import Ticket, TryLater

PAGE = "100"  # as many as RT gives at once


class Api:
    """One RT. Everything raises TryLater; `Refused` only where it says so."""

    def __init__(self, client: HelpdeskClient, token: str) -> None:
        self._client, self._token = client, token
        self._us = ""

    async def us(self) -> str:
        """Our user name. RT's tokens hold the id of their user: 1-31-ab74… (RT::AuthToken)."""
        if not self._us:
            number = self._token.split("-")[1] if self._token.count("-") == 2 else ""
            if not number.isdigit():
                raise TryLater("POSTBOTE_RT_TOKEN is no RT token: it looks like 1-31-ab74…")
            self._us = str((await self._get(f"user/{number}")).get("Name") or "")
        return self._us

    async def version(self) -> str:
        """RT's."""
        return str((await self._get("rt")).get("Version") or "")

    async def queues(self) -> Sequence[Mapping[str, Any]]:
        """All that we may see, each with its addresses and the custom fields of its tickets."""
        page = await self._get("queues/all", per_page=PAGE)
        return await asyncio.gather(*(self._get(f"queue/{item['id']}") for item in page.get("items") or []))

    async def address(self) -> str:
        """Our own; empty where the user has none."""
        return str((await self._get(f"user/{quote(await self.us())}")).get("EmailAddress") or "").lower()

    async def newest(self, number: int = 1) -> list[Listed]:
        """The newest tickets, newest first."""
        found: list[Listed] = []
        page = 1
        while len(found) < number:
            wanted = min(number - len(found), int(PAGE)) if page == 1 else int(PAGE)
            listed = await self._search("id > 0", "DESC", per_page=str(wanted), page=str(page))
            found += listed
            if len(listed) < wanted:
                break
            page += 1
        return found[:number]

    async def links(self, queue: str) -> frozenset[str]:
        """What we may do to the newest ticket of a queue; empty where it has none."""
        quoted = queue.replace("\\", "\\\\").replace("'", "\\'")
        listed = await self._search(f"Queue = '{quoted}'", "DESC", per_page="1")
        found = await self._get(f"ticket/{listed[0].id}") if listed else {}
        return frozenset(str(link.get("ref")) for link in found.get("_hyperlinks") or [])

    async def since(self, last: int) -> AsyncIterator[list[Listed]]:
        """Open tickets after that id, oldest first, a page at a time."""
        while True:
            page = await self._search(f"id > {last} AND Status = '__Active__'", "ASC", per_page=PAGE)
            if page:
                yield page
                last = page[-1].id
            if len(page) < int(PAGE):
                return

    async def ticket(self, number: str) -> Ticket | None:
        """None where there is no such ticket, or it was merged into another one."""
        fields = {"fields[Queue]": "Name", "fields[Requestor]": "EmailAddress", "fields[Cc]": "EmailAddress"}
        try:
            got = await self._client.get(f"REST/2.0/ticket/{int(number)}", **fields)
        except Refused as no:
            if no.status == 404:
                return None
            raise TryLater(f"RT does not show ticket {number} ({no})") from no
        found, steps = got.json(), await self.steps(number)
        if str(found.get("id")) != number:
            return None
        parts = await self._parts(steps[0].id) if steps else []
        by = steps[0].by if steps else ""
        person = await self._get(f"user/{quote(by)}") if by and by not in SYSTEM else {}
        etag = got.headers.get("etag", "")
        return to_ticket(found, etag, steps, parts, await self.us(), self._client.root, person)

    async def steps(self, number: str) -> list[Step]:
        """What was done to a ticket, oldest first."""
        return to_steps(await self._get(f"ticket/{number}/history", fields="Type,Creator", per_page=PAGE))

    async def own_post(self, number: str) -> str:
        """Id of what we have written there; empty where there is nothing."""
        return own_post(await self.steps(number), await self.us())

    async def recipients(self, number: str) -> frozenset[str]:
        """To whom a public reply would go."""
        fields = {"fields[Requestor]": "EmailAddress", "fields[Cc]": "EmailAddress"}
        return recipients(await self._get(f"ticket/{number}", **fields))

    async def claim(self, number: str, etag: str, by: str) -> str:
        """Sets the custom field if nothing has changed since; whose the ticket is now. Raises Refused (412)."""
        body = {"CustomFields": {FIELD: by}}
        await self._client.send("PUT", f"REST/2.0/ticket/{number}", body, {"If-Match": f'"{etag}"'})
        return state_of(await self._get(f"ticket/{number}"))

    async def write(self, number: str, how: str, html: str) -> str:
        """`how`: correspond, to the requestors, or comment, for agents. The transaction's id. Raises Refused."""
        body = {"Content": html, "ContentType": "text/html"}
        got = await self._client.send("POST", f"REST/2.0/ticket/{number}/{how}", body)
        return got.headers.get("location", "").rpartition("/")[2] or "?"

    async def open(self, queue: str, subject: str, html: str, mark: str) -> str:
        """A new ticket of our own; its id. `mark`: what it is found by. Raises Refused."""
        body = {
            "Queue": queue,
            "Subject": subject,
            "Content": html,
            "ContentType": "text/html",
            "CustomFields": {FIELD: mark},
        }
        return str((await self._client.send("POST", "REST/2.0/ticket", body)).json()["id"])

    async def find(self, mark: str) -> str:
        """Id of the ticket with this mark; empty where there is none."""
        listed = await self._search(f"'CF.{{{FIELD}}}' = '{mark}'", "ASC", per_page="1")
        return str(listed[0].id) if listed else ""

    async def _search(self, query: str, order: str, **more: str) -> list[Listed]:
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
            found = (await self._client.get(f"REST/2.0/{path}", **params)).json()
        except Refused as no:
            raise TryLater(f"RT refuses {path} ({no})") from no
        return found if isinstance(found, dict) else {}
