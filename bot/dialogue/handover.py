"""Handover to people: a request is asked for by a button or in words, both sides are relayed, and "Solved" ends it.

    asked for ──► the channel tells helpers, and the asker where the answer will come      threads: handed
                  helpers read it where the asker is not: a row for each place (Handovers) threads: helpers
    relayed       what helpers write under the request goes to the asker, and what the asker writes back goes to them
    solved        by either side; the other one is told, the request stays where it stands  threads: solved

Where helpers are called into the asker's own thread there is nothing to relay. A line that begins with "//" stays among
helpers. The ticket of a handover is one of its places: agents' public answers come out of it as events
(bot/channels/helpdesk/relay.py), and what is said in Slack goes into it. When it is closed the handover ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.contracts.engine import Engine
from bot.core.model import Answer, Event, Language, Reply
from bot.core.person_request import asks_for_person, language_of_request, says_of_no_use
from bot.core.stored_records import Handover, StoredDecision
from bot.core.text.normalize import clean
from bot.core.ticket_place import is_ticket
from bot.storage import Storage

INTERNAL = "//"  # begins what helpers write for each other
BEFORE = 3_600.0  # seconds before an event came within which its post cannot stand yet, with clocks that differ


class HandoverDialogue:
    """Replies to everything that belongs to a handover."""

    def __init__(self, storage: Storage, engine: Engine) -> None:
        self._storage, self._engine = storage, engine
        self.handlers: Mapping[str, Callable[[Event], Awaitable[Reply]]] = {
            "ticket_answer": self._relay_from_ticket,
            "ticket_closed": self._end_by_ticket,
        }

    def is_asked_for(self, event: Event, *, answered: bool) -> bool:
        """True if a message asks for a person in words. `answered`: the bot said something before it, which may have
        been of no use.
        """
        if event.question.command not in ("", "faq") or event.act == "explain":  # somebody else's words
            return False
        said = clean(event.question.text)
        return asks_for_person(said) or (answered and says_of_no_use(said))

    async def ask_in_words(self, event: Event, hint: Language | None) -> Reply:
        """Request in words: about the question before it, if there is one. Where that had an answer, it was no help."""
        said = clean(event.question.text)
        kept = await asyncio.to_thread(self._storage.decisions.last_asked, event.conversation, event.key)
        if kept and kept.outcome == "answer" and says_of_no_use(said):
            await asyncio.to_thread(self._storage.feedback.record, kept.key, event.person, "unhelpful")
        language = event.question.language or language_of_request(said, hint)
        return await self._ask(event, kept, language, said)

    async def ask_by_button(self, event: Event, language: Language) -> Reply:
        """Request by a button under the bot's answer."""
        kept = await asyncio.to_thread(self._storage.decisions.get, str(event.facts.get("key", "")))
        return await self._ask(event, kept, language, "")

    async def _ask(self, event: Event, kept: StoredDecision | None, language: Language, said: str) -> Reply:
        """Request for a person, once a conversation until it is solved."""
        place = _place_of(event, kept)
        alone = f"{event.person}:"  # of what only one person saw
        conversation = (kept.conversation if kept else "") or ("" if place.get("ts") else event.conversation) or alone
        if not await asyncio.to_thread(self._storage.threads.hand_over, conversation, event.person, event.key):
            already = Answer("handover", language, {"state": "already"})
            return Reply(already, {} if event.question.text and not event.question.command else {"private": "yes"})
        reasons = await asyncio.to_thread(self._storage.feedback.reasons, kept.key) if kept else []
        facts = {
            "state": "open",
            "question": kept.question if kept else said,
            "outcome": kept.outcome if kept else "",
            "said": self._titles(kept, language),
            "reason": reasons[0] if reasons else "",
            "link": kept.link if kept and not _is_private(place) else "",
            "direct": _is_private(place),
            "asker": (kept.person if kept else "") or event.person,
            "conversation": conversation,
            "request": event.key,
        }
        return Reply(Answer("handover", language, facts), {"handover": "yes", **place})

    def _titles(self, kept: StoredDecision | None, language: Language) -> list[str]:
        """Titles of what was answered or suggested; of an entry that is gone, nothing."""
        titles = []
        for entry in kept.entries if kept and kept.outcome in ("answer", "suggest") else ():
            try:
                titles.append(self._engine.title(entry, language))
            except KeyError:
                continue
        return titles

    async def relay(self, event: Event) -> Reply | None:
        """Relay of a message in a thread of a handover to the other side; None: it is none of it.

        Of an edited message its relayed copy is changed.
        """
        side = await self._other_side(event)
        if side is None:
            return None
        if not side.places:
            return Reply(None)
        facts = {"by": side.by, "to": list(side.places), "edited": event.act == "edited"}
        return Reply(Answer("relay", side.language, facts), {"relay": "yes"})

    async def withdraw(self, event: Event) -> Reply | None:
        """Deletion of a relayed message, whose copy goes too; None: it is no part of a handover."""
        side = await self._other_side(event)
        return Reply(None, {"withdraw": " ".join(side.places)}) if side and side.places else None

    async def _other_side(self, event: Event) -> "_Side | None":
        """Side to which a message goes; without places: to nobody. None: the message is no part of a handover."""
        thread = await asyncio.to_thread(self._storage.threads.get, event.conversation)
        if thread is None or thread.state not in ("helpers", "handed"):
            return None
        if thread.state == "helpers":
            handover = await asyncio.to_thread(self._storage.handovers.of_place, event.conversation)
            if handover is None:
                return None
            silent = handover.state != "open" or event.question.text.strip().startswith(INTERNAL)
            tickets = await self._tickets_of(handover)
            return _Side("team", handover.language, () if silent else (handover.asked, *tickets))
        found = await asyncio.to_thread(self._storage.handovers.open_of, event.conversation)
        if not found or event.person not in (thread.asker, found[0].asker):
            return None
        return _Side("asker", found[0].language, tuple(handover.place for handover in found))

    async def _tickets_of(self, handover: Handover) -> list[str]:
        found = await asyncio.to_thread(self._storage.handovers.of_request, handover.request)
        return [one.place for one in found if is_ticket(one.place)]

    async def _relay_from_ticket(self, event: Event) -> Reply:
        """Answer of an agent, for the asker and for the helpers in Slack; also after the end: it is still an answer."""
        place = str(event.facts["place"])
        handover = await asyncio.to_thread(self._storage.handovers.of_place, place)
        if handover is None:
            return Reply(None)
        request = await asyncio.to_thread(self._storage.handovers.of_request, handover.request)
        others = [one.place for one in request if one.state == "open" and not is_ticket(one.place)]
        facts = {"by": "helpdesk", "name": event.facts["name"], "edited": False, "ticket": place}
        to = [handover.asked, *others]
        return Reply(
            Answer("relay", handover.language, {**facts, "to": to}), {"relay": "yes", **_address(event, to[0])}
        )

    async def _end_by_ticket(self, event: Event) -> Reply:
        """End of a handover whose ticket was closed: the asker is told, and the helpers in Slack."""
        handover = await asyncio.to_thread(self._storage.handovers.of_place, str(event.facts["place"]))
        found = await asyncio.to_thread(self._storage.handovers.close, handover.request) if handover else []
        if handover is None or not found:
            return Reply(None)
        places = [place for place in _places_of(found) if not is_ticket(place)]
        facts = {"state": "solved", "to": places, "by": "helpdesk", "asked": [handover.asked]}
        to = {"solved": "yes", **_address(event, handover.asked)}
        return Reply(Answer("handover", handover.language, facts), to)

    async def solve(self, event: Event, language: Language) -> Reply:
        """End of a handover, by a press at either side; whoever did not press is told."""
        request, conversation = (str(event.facts.get(name, "")) for name in ("request", "conversation"))
        found = await asyncio.to_thread(self._storage.handovers.close, request)
        changed = await asyncio.to_thread(self._storage.threads.set_state, conversation, "solved")
        places = _places_to_tell(event, found) if found else [conversation] if changed else []
        by = "asker" if event.person in {handover.asker for handover in found} else "team"
        told = [place for place in places if is_ticket(place) or place.count(":") == 2]
        asked = [handover.asked for handover in found] or told
        facts: dict[str, Any] = {"state": "solved", "to": told, "by": by, "asked": asked}
        return Reply(Answer("handover", language, facts), {"update": "itself", "solved": "yes"})


@dataclass(frozen=True, slots=True)
class _Side:
    by: str  # who speaks: team (in Slack) or asker
    language: Language  # of the asker
    places: tuple[str, ...]  # conversations in which the other side reads


def _places_to_tell(event: Event, found: Sequence[Handover]) -> list[str]:
    """All places of a handover but the one where "Solved" was pressed."""
    here = f"{event.location}:{event.reply_to.get('thread_ts') or event.reply_to.get('ts', '')}"
    pressed = f"{event.location}:{event.reply_to.get('ts', '')}"
    return [place for place in _places_of(found) if place not in (here, pressed)]


def _places_of(found: Sequence[Handover]) -> list[str]:
    """Places of both sides, those of the asker first."""
    return list(dict.fromkeys([*(handover.asked for handover in found), *(handover.place for handover in found)]))


def _address(event: Event, asked: str) -> dict[str, str]:
    """Address of the asker's place for an event of a ticket, which comes with none."""
    team, channel, thread = asked.split(":")
    return {"team": team, "channel": channel, "thread_ts": thread, "ts": f"{event.received - BEFORE:.6f}", "user": ""}


def _place_of(event: Event, kept: StoredDecision | None) -> dict[str, str]:
    """Address of the asker's place, where the answer will be read: channel and thread.

    In the thread of the question; in a direct message in the thread under the bot's answer, or under the message that
    asks for a person. Where only the asker saw the answer: in a direct message.
    """
    to = event.reply_to
    if kept and kept.conversation.count(":") == 2:
        _, channel, thread = kept.conversation.split(":")
        own = to.get("thread_ts") or to.get("ts", "") if event.question.text else ""
        return {"channel": channel, "thread_ts": thread or own or kept.sent or to.get("ts", "")}
    if to.get("response_url") and (to.get("ephemeral") or event.question.command or not to.get("ts")):
        return {"channel": to.get("user", ""), "thread_ts": "", "ts": "0"}
    return {"channel": to.get("channel", ""), "thread_ts": to.get("thread_ts") or to.get("ts", "")}


def _is_private(place: dict[str, str]) -> bool:
    return place["channel"].startswith(("D", "U", "W"))
