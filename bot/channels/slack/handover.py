"""Delivery of handovers: requests to helpers, what both sides say, and the end.

Helpers are called in their channel; without one, into the asker's thread; where nobody else sees that (a direct
message, an answer that only one person saw), in a direct message to each of them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.handover_blocks import HandoverComposer
from bot.channels.slack.mrkdwn import mentioned, relayed, typed
from bot.channels.slack.posting import Poster, call_api, in_channel
from bot.channels.slack.response_url import ResponseUrls
from bot.channels.slack.team_helpers import MOST_HELPERS, Helpers
from bot.channels.slack.ticket_escalation import TicketEscalation
from bot.channels.slack.user_info import name_of
from bot.contracts.stores import HandoverStore
from bot.core.model import Answer, Event, TryLater, Undeliverable
from bot.core.stored_records import Handover
from bot.core.ticket_place import is_ticket

_HERE = "here"  # place of helpers who are called into the asker's own thread


class HandoverDelivery:
    """Sender of everything that belongs to a handover."""

    def __init__(
        self,
        poster: Poster,
        composer: HandoverComposer,
        helpers: Helpers,
        tickets: TicketEscalation,
        response_urls: ResponseUrls,
        store: HandoverStore | None,
    ) -> None:
        """`store`: None where nothing is kept; then both sides are not relayed."""
        self._poster, self._composer, self._helpers, self._tickets = poster, composer, helpers, tickets
        self._response_urls, self._store = response_urls, store

    async def request(self, client: AsyncWebClient, event: Event, answer: Answer, *, again: bool) -> None:
        """Calls people, once; tells the asker where the answer will come; opens a ticket, where there is a helpdesk."""
        answer = replace(answer, facts={**answer.facts, "channel": event.reply_to["channel"]})
        places = await self._call_helpers(client, event, answer, again)
        if not places and not self._helpers.tickets:
            await self._note(client, event, Answer("handover", answer.language, {"state": "nobody"}), again)
            return
        asked = ""
        if places and places != [_HERE]:
            asked = _known_place(event)
            await self._open(answer, places, asked)  # at once, where that is possible: helpers may be quick
            told = await self._tell_asker(client, event, answer, again)
            if not asked:
                asked = told
                await self._open(answer, places, asked)
        try:
            ticket = await self._tickets.open_ticket(event, answer, again=again)
        except TryLater:
            if not places:
                await self._tell_asker(client, event, answer, again)
            raise
        if ticket:
            await self._note_ticket(client, event, answer, ticket, asked or _known_place(event), again)

    async def _note_ticket(
        self, client: AsyncWebClient, event: Event, answer: Answer, ticket: Answer, asked: str, again: bool
    ) -> None:
        """Note at the asker's place with the ticket's number; from now on the ticket is a place of the handover.

        Where nobody is called in Slack the note says what the asker has to know, and can end the handover.
        """
        in_slack = bool(self._helpers.channel or self._helpers.ping)
        facts = {**answer.facts, **ticket.facts, "in_slack": in_slack, "moved": not event.reply_to.get("thread_ts")}
        place, note = str(ticket.facts["place"]), replace(ticket, facts=facts)
        if asked:
            await self._open(answer, [place], asked)
        message = self._composer.note(note) if in_slack else self._composer.told(note)
        there = await self._poster.post(client, _at(event, asked), message, again=again, key=f"{event.key}:ticket")
        if not asked:
            await self._open(answer, [place], f"{event.reply_to.get('team', '')}:{there[0]}:{there[1]}")
            await self._tell_elsewhere(event, answer)

    async def relay(self, client: AsyncWebClient, event: Event, answer: Answer, *, again: bool) -> None:
        """Posts what one side said at the other one; where that is refused, who said it is told."""
        names = await self._names(client, event)
        answer = replace(answer, facts={**answer.facts, "files": event.facts.get("files") or []})
        message = self._composer.words(answer, *_words_of(event, answer, names))
        refused = []
        for number, place in enumerate(answer.facts["to"]):
            try:
                if is_ticket(place):
                    await self._tickets.write(event, answer, place, names, again=again)
                else:
                    await self._copy(client, event, message, place, number, edited=answer.facts["edited"], again=again)
            except Undeliverable:
                refused.append(place)
        if _is_unheard(answer, refused):
            await self._tell_unheard(client, event, answer, again)

    async def _copy(
        self,
        client: AsyncWebClient,
        event: Event,
        message: dict[str, Any],
        place: str,
        number: int,
        *,
        edited: bool,
        again: bool,
    ) -> None:
        """Posts a relayed message at a place in Slack, or changes the copy that stands there."""
        there, key = _at(event, place), _key_of_copy(event, number)
        known = await self._poster.find_posted(client, there, key) if edited else ""
        if known:
            await self._poster.call(event, partial(_update, client, there, known, message))
        else:
            await self._poster.post(client, there, message, again=again, key=key)

    async def _tell_unheard(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> None:
        """Tells who said something that it could not be passed on: where it was said."""
        failed = Answer("handover", answer.language, {"state": "not-relayed"})
        if answer.facts["by"] == "helpdesk":
            await self._tickets.note(event, failed, str(answer.facts["ticket"]), again=again)
        else:
            await self._note(client, event, failed, again)

    async def withdraw(self, client: AsyncWebClient, event: Event) -> None:
        """Deletes the copies of a message that was relayed and is deleted now."""
        for number, place in enumerate(event.reply_to["withdraw"].split()):
            if is_ticket(place):
                continue  # a helpdesk keeps what was said
            there = _at(event, place)
            known = await self._poster.find_posted(client, there, _key_of_copy(event, number))
            if known:
                await self._poster.call(event, partial(client.chat_delete, channel=there.reply_to["channel"], ts=known))

    async def _names(self, client: AsyncWebClient, event: Event) -> dict[str, str]:
        """Names of who says a message and of those whom it mentions: a mention would call them."""
        names = {}
        said_by = event.reply_to.get("user", "")
        for user in dict.fromkeys([*filter(None, [said_by]), *mentioned(event.question.text)[:MOST_HELPERS]]):
            found = await self._poster.look_up(event, lambda u=user: client.users_info(user=u))  # type: ignore[misc]
            names[user] = name_of((found.get("user") or {}) if found is not None else {})
        return names

    async def solve(self, client: AsyncWebClient, event: Event, answer: Answer, *, again: bool) -> None:
        """Tells the others, then marks the request as solved where it stands."""
        to, by = event.reply_to, answer.facts["by"]
        who = self._composer.helpdesk(answer.language) if by == "helpdesk" else f"<@{to['user']}>"
        for number, place in enumerate(answer.facts["to"]):
            try:
                await self._tell_end(client, event, answer, place, f"{event.key}:{number}", who, again)
            except Undeliverable:
                continue  # a place that is gone is told nothing; the others, and the record, are
        if by != "helpdesk":  # only when the others know: until then the request can still be pressed
            message = self._composer.solved(answer, event.facts.get("shown") or {}, who)
            await self._poster.call(event, lambda: client.chat_update(channel=to["channel"], ts=to["ts"], **message))

    async def _tell_end(
        self, client: AsyncWebClient, event: Event, answer: Answer, place: str, key: str, who: str, again: bool
    ) -> None:
        """Tells one place of a handover that it has ended. `who`: who ended it."""
        by = answer.facts["by"]
        if is_ticket(place):
            ended = Answer("handover", answer.language, {"state": "ended-in-slack", "by": by})
            await self._tickets.note(event, ended, place, again=again)
            return
        to_asker = [] if by == "asker" else answer.facts["asked"]
        said = Answer("handover", answer.language, {"state": "closed" if place in to_asker else "ended"})
        await self._note(client, _at(event, place), said, again, key, who=who)

    async def _call_helpers(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> list[str]:
        """Places where helpers read the request; [_HERE]: the asker's own thread; none: nobody is reached in Slack."""
        message = self._composer.request(
            answer, self._helpers.ping, relayed=bool(self._helpers.channel) or answer.facts["direct"]
        )
        if self._helpers.channel:
            return [await self._place(client, in_channel(event, self._helpers.channel), message, again)]
        if not self._helpers.ping:
            return []
        if not answer.facts["direct"]:
            await self._poster.post(client, event, message, again=again)
            return [_HERE]
        message = self._composer.request(answer, "", relayed=True)
        places = []
        for user in await self._members(client, event):
            try:
                places.append(await self._place(client, in_channel(event, user), message, again, f"{event.key}:{user}"))
            except Undeliverable:
                continue  # one of them has left: the others are asked all the same
        return places

    async def _place(
        self, client: AsyncWebClient, event: Event, message: dict[str, Any], again: bool, key: str = ""
    ) -> str:
        channel, ts = await self._poster.post(client, event, message, again=again, key=key)
        return f"{event.reply_to.get('team', '')}:{channel}:{ts}"

    async def _members(self, client: AsyncWebClient, event: Event) -> Sequence[str]:
        """People to write to: those that are named, and the members of the groups, as far as Slack tells them
        (docs.slack.dev/reference/methods/usergroups.users.list).
        """
        found = list(self._helpers.users())
        for group in self._helpers.groups():
            members = await self._poster.look_up(event, lambda g=group: client.usergroups_users_list(usergroup=g))  # type: ignore[misc]
            found += [str(user) for user in (members.get("users") or [] if members is not None else [])]
        asker = event.reply_to.get("user", "")
        return [user for user in dict.fromkeys(found) if user != asker][:MOST_HELPERS]

    async def _tell_asker(self, client: AsyncWebClient, event: Event, answer: Answer, again: bool) -> str:
        """Note at the asker's place: the answer will come here. Returns the conversation of that place.

        In a direct message without a thread the note begins one; where the asker pressed a button elsewhere, that place
        says so too.
        """
        in_slack = bool(self._helpers.channel or self._helpers.ping)
        to = event.reply_to
        moved = not to.get("thread_ts")
        said = {"state": "told", "direct": answer.facts["direct"], "in_slack": in_slack, "moved": moved}
        note = Answer("handover", answer.language, {**answer.facts, **said})
        message = self._composer.told(note) if in_slack else self._composer.note(note)
        channel, ts = await self._poster.post(client, event, message, again=again, key=f"{event.key}:told")
        if moved:
            await self._tell_elsewhere(event, answer)
        return f"{to.get('team', '')}:{channel}:{to.get('thread_ts') or ts}"

    async def _tell_elsewhere(self, event: Event, answer: Answer) -> None:
        """Note where a button was pressed, if the answer comes in another place."""
        to = event.reply_to
        if to.get("response_url"):
            elsewhere = self._composer.note(Answer("handover", answer.language, {"state": "elsewhere"}))
            await call_api(event, lambda: self._response_urls.post(event, to["response_url"], elsewhere))

    async def _open(self, answer: Answer, places: Sequence[str], asked: str) -> None:
        store, facts = self._store, answer.facts
        for place in places if asked else ():
            handover = Handover(
                place=place,
                request=str(facts["request"]),
                asked=asked,
                conversation=str(facts["conversation"]),
                asker=str(facts["asker"]),
                language=answer.language,
            )
            if store:
                await asyncio.to_thread(store.add, handover)

    async def _note(
        self, client: AsyncWebClient, event: Event, said: Answer, again: bool, key: str = "", who: str = ""
    ) -> None:
        """Posts a note; its key is its own, so that it is found apart from the request."""
        key = f"{key or event.key}:{said.facts['state']}"
        await self._poster.post(client, event, self._composer.note(said, who), again=again, key=key)


def _words_of(event: Event, answer: Answer, names: dict[str, str]) -> tuple[str, str]:
    """(who says something, as a mention or a name; the words), both in mrkdwn that calls nobody else."""
    if answer.facts["by"] == "helpdesk":
        return str(answer.facts["name"]), typed(event.question.text)
    return f"<@{event.reply_to.get('user', '')}>", relayed(event.question.text, names)


def _is_unheard(answer: Answer, refused: Sequence[str]) -> bool:
    """True if none of the helpers hears what the asker said, or if the asker does not hear what was said to them."""
    to = answer.facts["to"]
    return len(refused) == len(to) if answer.facts["by"] == "asker" else to[0] in refused


def _key_of_copy(event: Event, number: int) -> str:
    """Key by which the copy of a message at one of the places is found: that of the message, also of an edited one."""
    key = str(event.facts.get("of") or event.key)
    return f"{key}:{number}" if number else key


async def _update(client: AsyncWebClient, event: Event, ts: str, message: dict[str, Any]) -> Any:
    return await client.chat_update(channel=event.reply_to["channel"], ts=ts, **message)


def _known_place(event: Event) -> str:
    """Conversation of the asker's place; empty where the note to the asker begins it."""
    to = event.reply_to
    return f"{to.get('team', '')}:{to['channel']}:{to['thread_ts']}" if to.get("thread_ts") else ""


def _at(event: Event, place: str) -> Event:
    """Event with a conversation ("team:channel:thread") to reply in; empty: where it belongs anyway."""
    _, channel, thread = place.split(":") if place else ("", event.reply_to["channel"], event.reply_to["thread_ts"])
    return in_channel(event, channel, thread)
