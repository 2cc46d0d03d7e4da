"""Ticket workflow: fetched, assessed, limited, claimed, written once, saved for `why`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import BaseRoute

from bot.answering.engine import AnswerEngine, responder
from bot.answering.reload import ReloadableEngine
from bot.contracts.channel import Channel
from bot.core.gaps import to_gaps
from bot.core.mail.auto_response import MailboxContext
from bot.core.mail.ticket_modes import Modes, parse_modes
from bot.core.markdown.to_plain import to_plain
from bot.core.model import Answer, Event, Language, Mode, Ticket, TryLater
from bot.dialogue.decision_saver import DecisionSaver
from bot.dialogue.manager import DialogueManager
from bot.durable.worker import Worker
from bot.settings import Settings
from bot.storage import Storage, create_storage
from bot.storage.ticket_ledger import Case, Quotas, TicketLedger
from bot.tickets.assessment import Assessment, assess, ticket_of_mail
from bot.tickets.breaker_alarm import BreakerAlarm
from bot.tickets.events import feedback_event, ticket_event, to_event_key
from bot.tickets.workflow import TicketWorkflow
from tests.core.mail.test_auto_response import US, mail
from tests.prepared import prepare
from tests.rows import each_row

ACCOUNT = "desk.example"
QUESTION = "Guten Tag,\nwelcher Port ist für IMAP mit SSL richtig?"


def by(sender: str, body: str = QUESTION) -> bytes:
    return mail(body, From=sender, Return_Path=None)


class FakeHelpdesk:
    """Our own protocol with behaviour: tickets, replies, notes; `down` for the next so many calls."""

    name = "rt"
    routes: Sequence[BaseRoute] = ()
    own, inbox = frozenset({US}), frozenset({US})
    blocks_readiness = False

    def __init__(self, modes: Modes) -> None:
        self.modes, self.down, self.taken = modes, 0, False
        self.tickets: dict[str, Ticket] = {}
        self.posts: list[tuple[Event, Answer]] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def close(self) -> None: ...

    async def readiness_problem(self) -> str:
        return ""

    async def language_hint(self, event: Event) -> Language | None:
        return None

    async def show_busy(self, event: Event, language: str) -> None:
        return None

    async def permalink(self, event: Event) -> str:
        return ""

    async def read_thread(self, event: Event) -> None:
        return None

    async def read_full_text(self, event: Event) -> str:
        return event.question.text

    async def may(self, event: Event, what: str) -> bool:
        return False

    def mode(self, queue: str) -> Mode:
        return self.modes.of(queue)

    async def fetch(self, event: Event) -> Ticket | None:
        self._answers()
        return self.tickets.get(event.reply_to["ticket"])

    async def claim(self, ticket: Ticket, by: str) -> bool:
        return not self.taken

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        self._answers()
        if answer and answer.template in ("ticket", "ticket_note"):
            self.posts.append((event, answer))
        return f"post-{len(self.posts)}"

    def _answers(self) -> None:
        if self.down:
            self.down -= 1
            raise TryLater("the helpdesk does not answer", 0.01)

    def add(self, identity: str, raw: bytes | None, queue: str = "Support", **changed: Any) -> Event:
        ticket = ticket_of_mail(
            raw or b"", ACCOUNT, identity, **{"system": "rt", "queue": queue, "mail": raw, **changed}
        )
        self.tickets[identity] = ticket
        return ticket_event("rt", ACCOUNT, identity)


class Running:
    def __init__(self, helpdesk: FakeHelpdesk, worker: Worker, storage: Storage, alarms: list[Event]) -> None:
        self.helpdesk, self.worker, self.storage, self.alarms = helpdesk, worker, storage, alarms

    async def through(self, *events: Event) -> list[tuple[str, list[str]]]:
        """(verdict, reasons) of each, once it is decided and whatever is to be written is written."""
        for event in events:
            await self.worker.enqueue(event)
        found = []
        for event in events:
            for _ in range(500):
                kept = self.storage.decisions.get(event.key)
                if kept and (kept.sent or kept.outcome == "decline" or "verdict     silent" in kept.why):
                    break
                await asyncio.sleep(0.01)
            assert kept, event.key
            verdict, _, reasons = kept.why.split("verdict     ")[1].partition(": ")
            found.append((verdict, reasons.split(", ") if not reasons.startswith("nothing") else []))
        return found


@asynccontextmanager
async def running(
    engine: AnswerEngine, folder: Path, mode: str = "public", caps: Quotas | None = None
) -> AsyncIterator[Running]:
    prepare(folder)
    settings = Settings(postbote_data_dir=folder)
    helpdesk, storage, alarms = FakeHelpdesk(parse_modes(mode)), create_storage("", folder), list[Event]()
    channels: dict[str, Channel] = {"rt": helpdesk}
    in_use = ReloadableEngine(engine, settings)

    async def save(event: Event) -> None:
        alarms.append(event)

    ledger = TicketLedger(storage.database, caps or Quotas())
    tickets = TicketWorkflow(in_use, storage, ledger, channels, BreakerAlarm({"channel": "C1"}, save))
    dialogue = DialogueManager(in_use, storage, channels, handlers=tickets.handlers)
    worker = Worker("", folder, dialogue.handle, DecisionSaver(in_use, storage, channels).save, channels, storage)
    await worker.start()
    try:
        yield Running(helpdesk, worker, storage, alarms)
    finally:
        await worker.stop()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


async def test_verdicts_and_reasons_by_queue_headers_and_state(engine: AnswerEngine, tmp_path: Path) -> None:
    """One row: a ticket, the verdict, the reasons."""
    async with running(engine, tmp_path, "note, Support=public, Spam=off") as bot:
        add = bot.helpdesk.add
        rows: list[tuple[Event, tuple[str, list[str]]]] = [
            (add("1", mail(QUESTION)), ("public", [])),
            (add("2", by("eva@x.example"), "Sales"), ("note", ["mode-note"])),
            (add("3", by("eva@y.example"), "SPAM"), ("silent", ["mode-off"])),
            (add("4", by("a@z.example", "Wie setze ich mein Passwort zurück?")), ("silent", ["not-covered"])),
            (add("5", mail(QUESTION, Auto_Submitted="auto-replied")), ("silent", ["auto-submitted"])),
            (add("6", by("b@z.example"), answered=True), ("silent", ["answered-already"])),
            (add("7", by("c@z.example"), sender_is_customer=False), ("silent", ["not-a-customer"])),
            (add("8", None, text=QUESTION, kind="email", sender="d@z.example"), ("note", ["headers-hidden"])),
            (add("9", None, text=QUESTION, kind="web", sender="e@z.example"), ("public", [])),
            (add("10", None, text=QUESTION, kind="phone"), ("note", ["no-address"])),
            (
                add("12", None, text=QUESTION, kind="phone", sender="f@z.example", opened_by_agent=True),
                ("note", ["opened-by-agent"]),
            ),
            (add("11", mail("Und noch einmal: welcher Port für IMAP mit SSL?")), ("note", ["same-entry"])),
            (ticket_event("rt", ACCOUNT, "404"), ("silent", ["gone"])),
        ]
        for event, expected in rows:
            assert (event.facts["ticket"], *await bot.through(event)) == (event.facts["ticket"], expected)
        written = {event.reply_to["ticket"]: (event.reply_to["as"], answer) for event, answer in bot.helpdesk.posts}
        assert {t: (how, a.template) for t, (how, a) in written.items()} == {
            "1": ("public", "ticket"),
            "2": ("note", "ticket_note"),
            "8": ("note", "ticket_note"),
            "9": ("public", "ticket"),
            "10": ("note", "ticket_note"),
            "12": ("note", "ticket_note"),
            "11": ("note", "ticket_note"),
        }
        public = next(event for event, _ in bot.helpdesk.posts if event.reply_to["ticket"] == "1")
        assert {k: public.reply_to[k] for k in ("to", "subject", "in_reply_to", "references")} == {
            "to": "max@firma.example",
            "subject": "Re: Port für IMAP?",
            "in_reply_to": "<1@firma.example>",
            "references": "<1@firma.example>",
        }
        gaps = [kept.question for kept in bot.storage.decisions.recent() if kept.outcome == "decline"]
        assert gaps == ["Wie setze ich mein Passwort zurück?"]
        again = len(bot.helpdesk.posts)
        for event, _ in rows:
            await bot.worker.enqueue(event)
        await asyncio.sleep(0.2)
        assert len(bot.helpdesk.posts) == again, "a ticket that is noticed again is not answered again"


async def test_an_outage_of_the_helpdesk_loses_no_ticket(engine: AnswerEngine, tmp_path: Path) -> None:
    async with running(engine, tmp_path) as bot:
        bot.helpdesk.down = 3
        assert await bot.through(bot.helpdesk.add("1", mail(QUESTION))) == [("public", [])]
        bot.helpdesk.down = 3
        assert await bot.through(bot.helpdesk.add("2", mail(QUESTION, From="eva@firma.example"))) == [("public", [])]
        assert len(bot.helpdesk.posts) == 2


async def test_a_ticket_claimed_by_another_installation_stays_silent(engine: AnswerEngine, tmp_path: Path) -> None:
    async with running(engine, tmp_path) as bot:
        bot.helpdesk.taken = True
        assert await bot.through(bot.helpdesk.add("1", mail(QUESTION))) == [("silent", ["claimed-by-another"])]
        assert bot.helpdesk.posts == []


async def test_the_breaker_turns_replies_into_notes_and_raises_one_alarm(engine: AnswerEngine, tmp_path: Path) -> None:
    async with running(engine, tmp_path, caps=Quotas(all=2)) as bot:
        events = [bot.helpdesk.add(str(n), mail(QUESTION, From=f"a@{n}.example", Return_Path=None)) for n in range(5)]
        for event, expected in zip(events, [[], [], ["breaker"], ["breaker"], ["breaker"]], strict=True):
            assert (await bot.through(event))[0][1] == expected
        assert [(e.channel, e.act, e.reply_to, e.facts) for e in bot.alarms] == [
            ("slack", "breaker", {"channel": "C1"}, {"state": "tripped"})
        ]


async def test_an_agents_verdict_makes_a_ticket_a_gap_until_it_is_taken_back(
    engine: AnswerEngine, tmp_path: Path
) -> None:
    async with running(engine, tmp_path) as bot:
        await bot.through(bot.helpdesk.add("1", mail(QUESTION)))
        decisions = bot.storage.decisions
        assert to_gaps(decisions.unanswered()) == []
        for verdict, expected in (("unhelpful", [("unhelpful",)]), ("helpful", [])):
            await bot.worker.enqueue(feedback_event("rt", ACCOUNT, "1", "77", "desk.example:eva", verdict))
            for _ in range(500):
                found = [gap.reasons for gap in to_gaps(decisions.unanswered())]
                if found == expected:
                    break
                await asyncio.sleep(0.01)
            assert found == expected
        assert len(bot.helpdesk.posts) == 1, "nothing is written about it"


async def test_a_choice_that_is_too_vague_is_no_note_but_a_gap(engine: AnswerEngine, tmp_path: Path) -> None:
    async with running(engine, tmp_path) as bot:
        vague = mail("Bitte um Hilfe.", Subject="Servername")  # a choice by the subject alone
        assert await bot.through(bot.helpdesk.add("1", vague)) == [("silent", ["too-vague"])]
        assert bot.helpdesk.posts == []
        assert [gap.reasons for gap in to_gaps(bot.storage.decisions.unanswered())] == [("suggest",)]


async def assessed(engine: AnswerEngine, raw: bytes) -> Assessment:
    known = MailboxContext(frozenset({US}), frozenset({US}))
    return await assess(ticket_of_mail(raw, US), known, responder(engine, Settings()))


async def test_the_language_is_that_of_the_customers_own_words(engine: AnswerEngine) -> None:
    quoted = (
        "Which port is right for IMAP with SSL?\n\nAm 23.11.26 um 10:12 schrieb Support:\n> Guten Tag, wie geht es?"
    )
    assert (await assessed(engine, mail(quoted))).answer.language == "en"
    forwarded = (
        "Was heißt das bitte?\n\n---------- Forwarded message ---------\nFrom: d\nSubject: x\nTo: m\n\n"
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"
    )
    found = await assessed(engine, mail(forwarded))
    assert (found.answer.language, found.answer.facts["entries"]) == ("de", ["error-relay-denied"])


async def test_a_question_may_stand_in_the_subject(engine: AnswerEngine) -> None:
    found = await assessed(engine, mail("Siehe Betreff. Danke!", Subject="Welcher Port für POP3 mit SSL?"))
    assert (found.verdict, found.answer.facts["entries"]) == ("public", ["pop3-ssl"])


async def test_several_questions_are_answered_in_one_mail(engine: AnswerEngine) -> None:
    found = await assessed(engine, mail("Welcher Port für IMAP mit SSL? Und wie lautet mein Benutzername?"))
    text = engine.renderer.render(found.to_answer("public", ()))
    assert text.startswith("Guten Tag Max Muster,")
    assert "`993`" in text
    assert "`max%firma.example`" in text, "filled in for the sender"
    assert "automatische Antwort" in text
    assert "liest ein Mensch" in text


async def test_a_suggestion_is_a_note_with_the_top_three(engine: AnswerEngine) -> None:
    found = await assessed(engine, mail("Welchen Servernamen muss ich eintragen?", Subject="Frage"))
    assert (found.verdict, found.reasons, found.answer.template) == ("note", ("not-sure",), "suggest")
    text = engine.renderer.render(found.to_answer("note", found.reasons))
    assert text.count("\n- ") == 3 + 1 + 1, "three entries, what was understood, and one reason"
    assert "Entwurf" not in text


async def test_the_note_holds_the_draft_and_the_decision(engine: AnswerEngine) -> None:
    found = await assessed(engine, mail(QUESTION, X_Auto_Response_Suppress="OOF"))
    text = engine.renderer.render(found.to_answer(found.verdict, found.reasons))
    for piece in (
        "sieht sie nicht",
        "`imap-ssl`",
        "Abwesenheitsantworten",
        "Weitere Kandidaten",
        "Guten Tag Max Muster",
    ):
        assert piece in text


@each_row(
    ("name", "greeted"),
    [
        ("Max Muster", True),
        ("Dr. Anna-Lena O'Neill", True),
        ("Kaufen Sie jetzt bei shop.example", False),
        ("MAX", False),
        ("a" * 50 + " b", False),
        ("*Max* Muster", False),
        ("http://x Muster", False),
    ],
)
async def test_only_a_name_is_repeated_in_the_greeting(engine: AnswerEngine, name: str, greeted: bool) -> None:
    found = await assessed(engine, mail(QUESTION, From=f'"{name}" <max@firma.example>'))
    assert bool(found.facts["name"]) is greeted


@each_row(
    ("text", "queue", "mode"),
    [
        ("", "x", "note"),
        ("public", "x", "public"),
        ("note, Support=public", "support", "public"),
        ("Support = public , OFF", "Sales", "off"),
        ("a=b=note", "a=b", "note"),
    ],
)
def test_ticket_modes_are_parsed(text: str, queue: str, mode: str) -> None:
    assert parse_modes(text).of(queue) == mode


@each_row("text", ["loud", "Support=loud", "=note", "note; public"])
def test_a_wrong_mode_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write off, note or public"):
        parse_modes(text)


def test_the_event_key_depends_on_the_ticket_alone() -> None:
    assert ticket_event("rt", "h", "7").key == to_event_key("rt", "h", "7") == "rt:h:ticket:7"


async def test_the_ledger_alone_ends_a_loop_without_any_header(engine: AnswerEngine, tmp_path: Path) -> None:
    """Another machine sends us our own answer back, as a new mail, with nothing left that says so."""
    storage = create_storage("", tmp_path)
    storage.database.open()
    ledger, body, verdicts, notes = TicketLedger(storage.database, Quotas()), QUESTION, list[str](), list[str]()
    for number in range(5):
        raw = mail(body, From="robot@firma.example", Return_Path=None, Message_ID=f"<{number}@firma.example>")
        found = await assessed(engine, raw)
        case = Case("mail", US, str(number), f"k{number}", found.verdict, found.to["to"], found.text)
        case = replace(case, entries=tuple(found.answer.facts["entries"]))
        ledger.register(case, 1_700_000_000.0 + number)
        taken = ledger.commit_verdict(case, 1_700_000_000.0 + number)
        verdicts.append(taken.verdict)
        notes += taken.reasons
        body = f"{QUESTION}\n\n{to_plain(engine.renderer.render(found.to_answer('public', ())))}"
    assert verdicts[0] == "public"
    assert "public" not in verdicts[1:], "one answer, and never another"
    assert {"same-entry", "same-mail"} & set(notes), "not for want of an answer"
    storage.database.close()


async def test_settings_are_filled_in_for_the_senders_own_domain(engine: AnswerEngine) -> None:
    """For the sender's own domain; nobody has a mailbox with us at a freemail provider."""

    async def worded(sender: str, question: str) -> str:
        found = await assessed(engine, mail(question, From=sender, Return_Path=None))
        return engine.renderer.render(found.to_answer("public", ()))

    assert "Benutzername für `max@firma.de`: `max%firma.de`" in await worded("max@firma.de", QUESTION)
    assert "auf einen Blick" not in await worded("max@gmail.com", QUESTION)
    assert "auf einen Blick" not in await worded("max@firma.de", "Wie groß darf eine E-Mail sein?")
