"""Button actions (feedback, other language, suggestion, request for a person, sharing, check) and App Home.

A button carries all that its press needs, so that it still works when nothing is kept of the question any more:
`key` of the question, `template` and `facts` of the answer, `language`. Feedback is a state: the last press wins.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from bot.commands import ChannelAdmin
from bot.contracts.engine import Engine
from bot.core.languages import next_language
from bot.core.model import Answer, Event, Language, Question, Reply
from bot.core.stored_records import StoredDecision
from bot.dialogue.busy_sign import tell_if_slow
from bot.dialogue.gaps import gap_facts, read_gaps, read_trend
from bot.dialogue.handover import HandoverDialogue
from bot.storage import Storage

LAST_QUESTIONS = 5
SHOWN_GAPS = 10


class ButtonActions:
    """Handlers of the acts that are no messages: button presses, App Home, suggested prompts."""

    def __init__(
        self,
        storage: Storage,
        engine: Engine,
        is_permitted: Callable[[Event, str], Awaitable[bool]],
        admin_of: Callable[[Event], ChannelAdmin | None],
        handover: HandoverDialogue,
        content_problem: Callable[[], str] = str,
        show_busy: Callable[[Event, Language], Awaitable[None]] | None = None,
    ) -> None:
        """`is_permitted`: see Channel.may. `content_problem`: see DialogueManager.

        `admin_of`: administration of the channel in which a button is pressed, by who presses it; None: not in Slack.

        `handover`: requests to a person. `show_busy`: see Channel.show_busy; None: nothing is shown.
        """
        self._handover, self._show_busy = handover, show_busy
        self._storage, self._engine, self._admin_of = storage, engine, admin_of
        self._is_permitted, self._content_problem = is_permitted, content_problem
        self.handlers: Mapping[str, Callable[[Event], Awaitable[Reply]]] = {
            "helpful": self._feedback,
            "unhelpful": self._feedback,
            "language": self._language,
            "choose": self._choose,
            "none": self._none,
            "person": self._person,
            "reason": self._reason,
            "request": self._request,
            "solved": self._solved,
            "share": self._share,
            "check": self._check,
            "related": self._related,
            "command": self._command,
            "home": self._home,
            "prompts": self._prompts,
        }

    async def _feedback(self, event: Event) -> Reply:
        await asyncio.to_thread(self._storage.feedback.record, _key(event), event.person, event.act)
        facts = {"verdict": event.act, "key": _key(event)}
        return Reply(Answer("feedback", self._language_of(event), facts), {"private": "yes"})

    async def _reason(self, event: Event) -> Reply:
        """Reason why an answer was not helpful, as the form has it; nothing where it was left empty."""
        if not event.question.text.strip():
            return Reply(None)
        feedback = self._storage.feedback
        await asyncio.to_thread(feedback.record_reason, _key(event), event.person, event.question.text)
        return Reply(Answer("feedback", self._language_of(event), {"verdict": "reason"}), {"private": "yes"})

    async def _language(self, event: Event) -> Reply:
        """Other language: the same answer; it is decided anew only where it is too long for the button.

        What the person who presses may not see is told to that person alone, and the message stays as it is.
        """
        other = next_language(self._language_of(event), self._engine.languages())
        if "ask" in event.facts:
            name, argument = event.facts["ask"]
            question = Question(str(argument), str(name), language=other)
            answer = await self._engine.respond(question, self._admin_of(event), event.person)
            if answer.facts.get("problem") == "not-allowed":
                return Reply(answer, {"private": "yes"})
        else:
            answer = displayed_answer(event, other)
        return Reply(answer, {"update": "itself", "key": _key(event)})

    async def _choose(self, event: Event) -> Reply:
        """Chosen suggestion: its answer takes the place of the question what was meant."""
        await asyncio.to_thread(self._storage.decisions.record_choice, _key(event), str(event.facts.get("entry", "")))
        facts = {"entries": [event.facts["entry"]], "suggested": [], "email": "", "domain": ""}
        given = {k: event.facts[k] for k in ("email", "domain") if k in event.facts}
        return Reply(
            Answer("answer", self._language_of(event), {**facts, **given}), {"update": "itself", "key": _key(event)}
        )

    async def _none(self, event: Event) -> Reply:
        """None of the suggestions was meant: counted as "not helpful", so that editors see the question."""
        await asyncio.to_thread(self._storage.feedback.record, _key(event), event.person, "unhelpful")
        return Reply(Answer("none", self._language_of(event)), {"update": "itself", "key": _key(event)})

    async def _person(self, event: Event) -> Reply:
        return await self._handover.ask_by_button(event, self._language_of(event))

    async def _request(self, event: Event) -> Reply:
        """Request to a person that was made on the page, for the helpers' channel."""
        facts = {name: event.facts[name] for name in ("state", "question", "note", "email")}
        return Reply(Answer("person", self._language_of(event), facts))

    async def _solved(self, event: Event) -> Reply:
        return await self._handover.solve(event, self._language_of(event))

    async def _share(self, event: Event) -> Reply:
        """Shared answer: posted for everyone what one person saw."""
        return Reply(displayed_answer(event, self._language_of(event)), {"share": "yes", "key": _key(event)})

    async def _check(self, event: Event) -> Reply:
        """Live DNS check, posted in the thread, or to the one person who sees the message."""
        work = self._engine.respond(event.question, None, event.person)
        show = self._show_busy
        answer = await (tell_if_slow(work, partial(show, event, self._language_of(event))) if show else work)
        return Reply(answer, {} if event.reply_to.get("ephemeral") else {"response_url": ""})

    async def _related(self, event: Event) -> Reply:
        """Related entry, posted beneath the answer that names it, or to the one person who sees that."""
        facts = {"entries": [event.facts["entry"]], "suggested": [], "email": "", "domain": ""}
        to = {} if event.reply_to.get("ephemeral") else {"response_url": ""}
        return Reply(Answer("answer", self._language_of(event), facts), {"key": _key(event), **to})

    async def _command(self, event: Event) -> Reply:
        """Command that a button gives, such as another mode; its reply takes the place of the message."""
        name, argument = event.facts["ask"]
        question = Question(str(argument), str(name), language=self._language_of(event))
        answer = await self._engine.respond(question, self._admin_of(event), event.person)
        if answer.facts.get("problem"):
            return Reply(answer, {"private": "yes"})
        return Reply(answer, {"update": "itself", "key": _key(event)})

    async def _home(self, event: Event) -> Reply:
        """App Home: abilities, topics, this person's last questions, and gaps for editors."""
        team = event.person.partition(":")[0]
        last = await asyncio.to_thread(self._storage.decisions.recent, "", event.person, 0.0, 50)
        editor = await self._is_permitted(event, "edit")
        chosen = event.facts.get("language")
        language = self._spoken(chosen or event.question.language_hint)
        gaps = await read_gaps(self._storage, team) if editor else []
        facts: dict[str, Any] = {
            "sections": {section: list(ids) for section, ids in self._engine.sections(language).items()},
            "last": list(dict.fromkeys(k.question for k in last if _was_asked(k)))[:LAST_QUESTIONS],
            "editor": editor,
            "notice": self._content_problem() if editor else "",
            "gaps": [gap_facts(gap) for gap in gaps[:SHOWN_GAPS]],
            "weeks": await read_trend(self._storage, team) if editor else [],
            "entry": str(event.facts.get("entry", "")),
        }
        return Reply(Answer("home", language, facts))

    async def _prompts(self, event: Event) -> Reply:
        return Reply(Answer("prompts", self._spoken(event.question.language_hint)))

    def _language_of(self, event: Event) -> Language:
        """Language of the message that carries the button."""
        return self._spoken(event.facts.get("language"))

    def _spoken(self, language: Any) -> Language:
        """Language that the knowledge base speaks; its first one where this is none of them."""
        languages = self._engine.languages()
        return language if language in languages else languages[0]


def displayed_answer(event: Event, wanted: Language) -> Answer:
    """Answer that the button's message displays, in the language wanted."""
    return Answer(str(event.facts["template"]), wanted, dict(event.facts.get("facts") or {}))


def _key(event: Event) -> str:
    return str(event.facts.get("key", ""))


def _was_asked(kept: StoredDecision) -> bool:
    """True for a question of the person's own; what they had explained was somebody else's message."""
    own = not kept.key.endswith(":explain")
    return own and kept.outcome in ("answer", "suggest", "decline") and bool(kept.question)
