"""What the buttons do: feedback, the other language, a suggestion, a person, sharing; and what App Home shows.

A button carries all that its press needs, so that it still works when nothing is kept of the question any more:
`key` of the question, `template` and `facts` of the answer, `language`. Feedback is a state: the last press wins.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.commands import ChannelAdmin
from bot.core.gaps import to_gaps
from bot.core.model import LANGUAGES, Answer, Event, Kept, Language, Question, Reply
from bot.storage.store import Store

LAST_QUESTIONS = 5
SHOWN_GAPS = 10


class ButtonActions:
    """The acts that are no messages."""

    def __init__(
        self,
        store: Store,
        respond: Callable[[Question, ChannelAdmin | None, str], Awaitable[Answer]],
        sections: Callable[[], Mapping[str, tuple[str, ...]]],
        may: Callable[[Event, str], Awaitable[bool]],
        notice: Callable[[], str] = str,
    ) -> None:
        """`may`: see Channel. `sections`, `notice`: see Desk."""
        self._notice = notice
        self._store = store
        self._respond = respond
        self._sections = sections
        self._may = may
        self.acts: Mapping[str, Callable[[Event], Awaitable[Reply]]] = {
            "helpful": self._feedback,
            "unhelpful": self._feedback,
            "language": self._language,
            "choose": self._choose,
            "person": self._person,
            "solved": self._solved,
            "share": self._share,
            "check": self._check,
            "home": self._home,
            "prompts": self._prompts,
        }

    async def _feedback(self, event: Event) -> Reply:
        await asyncio.to_thread(self._store.feedback, _key(event), event.person, event.act)
        return Reply(Answer("feedback", language(event), {"verdict": event.act}), {"private": "yes"})

    async def _language(self, event: Event) -> Reply:
        """The same answer in the other language; nothing is decided anew."""
        other: Language = "de" if language(event) == "en" else "en"
        if "ask" in event.facts:
            name, argument = event.facts["ask"]
            answer = await self._respond(Question(str(argument), str(name), language=other), None, event.person)
        else:
            answer = shown(event, other)
        return Reply(answer, {"update": "itself", "key": _key(event)})

    async def _choose(self, event: Event) -> Reply:
        """The suggestion that was meant, in the place of the question what was meant."""
        await asyncio.to_thread(self._store.chosen, _key(event), str(event.facts.get("entry", "")))
        facts = {"entries": [event.facts["entry"]], "suggested": [], "email": "", "domain": ""}
        given = {k: event.facts[k] for k in ("email", "domain") if k in event.facts}
        return Reply(Answer("answer", language(event), {**facts, **given}), {"update": "itself", "key": _key(event)})

    async def _person(self, event: Event) -> Reply:
        """Asks a person once for a thread; who presses after that is told so."""
        if not await asyncio.to_thread(self._store.hand_over, event.conversation, event.person, event.key):
            return Reply(Answer("handover", language(event), {"state": "already"}), {"private": "yes"})
        kept = await asyncio.to_thread(self._store.decision, _key(event))
        facts = {
            "state": "open",
            "question": kept.question if kept else "",
            "entries": list(kept.entries) if kept else [],
            "link": kept.link if kept else "",
        }
        return Reply(Answer("handover", language(event), facts), {"handover": "yes"})

    async def _solved(self, event: Event) -> Reply:
        await asyncio.to_thread(self._store.change, str(event.facts.get("conversation", "")), "solved")
        return Reply(Answer("handover", language(event), {"state": "solved"}), {"update": "itself"})

    async def _share(self, event: Event) -> Reply:
        """What one person saw, for everyone."""
        return Reply(shown(event, language(event)), {"share": "yes", "key": _key(event)})

    async def _check(self, event: Event) -> Reply:
        """What the DNS says now: for everyone in the thread, or for the one person who sees the message."""
        answer = await self._respond(event.question, None, event.person)
        return Reply(answer, {} if event.reply_to.get("ephemeral") else {"response_url": ""})

    async def _home(self, event: Event) -> Reply:
        """App Home: what the bot can do, what this person asked last, and the gaps for those who fill them."""
        team = event.person.partition(":")[0]
        last = await asyncio.to_thread(self._store.decisions, "", event.person, 0.0, 50)
        editor = await self._may(event, "edit")
        gaps = to_gaps(await asyncio.to_thread(self._store.decisions, team)) if editor else []
        facts: dict[str, Any] = {
            "sections": {section: list(ids) for section, ids in self._sections().items()},
            "last": list(dict.fromkeys(k.question for k in last if _was_asked(k)))[:LAST_QUESTIONS],
            "editor": editor,
            "notice": self._notice() if editor else "",
            "gaps": [
                {"count": g.count, "language": g.language, "example": g.example, "link": g.link}
                for g in gaps[:SHOWN_GAPS]
            ],
            "entry": str(event.facts.get("entry", "")),
        }
        chosen = event.facts.get("language")
        return Reply(Answer("home", chosen if chosen in LANGUAGES else event.question.hint or "de", facts))

    async def _prompts(self, event: Event) -> Reply:
        return Reply(Answer("prompts", event.question.hint or "de"))


def language(event: Event) -> Language:
    """In which the message is that carries the button."""
    return "en" if event.facts.get("language") == "en" else "de"


def shown(event: Event, wanted: Language) -> Answer:
    """The answer that the button's message shows."""
    return Answer(str(event.facts["template"]), wanted, dict(event.facts.get("facts") or {}))


def _key(event: Event) -> str:
    return str(event.facts.get("key", ""))


def _was_asked(kept: Kept) -> bool:
    return kept.outcome in ("answer", "suggest", "decline") and bool(kept.question)
