"""What the rules and the knowledge base say to a ticket, before anything is written: for the channels, for the preview,
and for `postbote mail`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.core.mail.auto_response import STRICTEST, Judgement, MailboxContext, Verdict, answers_to, judge
from bot.core.mail.mime import Mail, date_of, of_text, parse
from bot.core.mail.quoted_text import bare_subject
from bot.core.model import Answer, Event, Question, Ticket
from bot.core.text.addresses import find_domain

SUBJECT = 200  # characters of a subject that are repeated
CANDIDATES = 5  # that a note names
_RANK = {"answer": 2, "suggest": 1}
# What may be repeated to whom wrote it: two to four words, so that nobody makes us send advertisements to others
_NAME = re.compile(r"[^\W\d_][^\W\d_.'’-]{0,20}[.]?(?:[ '’-][^\W\d_][^\W\d_]{0,20}[.]?){1,4}")


class Ask(Protocol):
    """Question → Answer."""

    def __call__(self, question: Question) -> Awaitable[Answer]: ...


Checks = Callable[[Answer], Awaitable[Sequence[str]]]  # what live look-ups found about an answer, a line each


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is to be said to a ticket, before limits and modes."""

    verdict: Verdict  # of the rules, and of what was understood
    reasons: tuple[str, ...]  # codes; empty for public
    answer: Answer  # of the core: template "answer", "suggest" or "decline", with its decision
    text: str  # what was asked: the customer's words, diagnostic codes, what was forwarded
    facts: Mapping[str, Any] = field(default_factory=dict)  # for templates/ticket.md and ticket_note.md
    to: Mapping[str, str] = field(default_factory=dict)  # where a reply goes: see TicketChannel.deliver

    def to_answer(self, verdict: Verdict, reasons: Sequence[str]) -> Answer:
        """The reply itself, or the note that holds it."""
        facts = {**self.facts, "verdict": verdict, "reasons": list(reasons), "said": "", "with_draft": True}
        facts["draft"] = verdict != "public"  # a person sends it, so it says nothing of a machine
        return Answer("ticket" if verdict == "public" else "ticket_note", self.answer.language, facts)


def event_key(ticket: Ticket) -> str:
    """The same however often, and on whichever way, a ticket is noticed."""
    return to_key(ticket.system, ticket.account, ticket.id)


def to_key(system: str, account: str, ticket: str) -> str:
    """Of the event that a channel stores for a ticket."""
    return f"{system}:{account}:ticket:{ticket}"


def ticket_event(system: str, account: str, ticket: str, **reply_to: str) -> Event:
    """What a channel stores as soon as it knows that there is a ticket; nothing of the ticket need be known."""
    facts = {"account": account, "ticket": ticket}
    return Event(
        to_key(system, account, ticket), system, Question(""), {"ticket": ticket, **reply_to}, "", "ticket", facts
    )


def ticket_of_mail(raw: bytes, account: str, identity: str = "", **changed: Any) -> Ticket:
    """A mail as a new ticket in a mailbox. `account`: the mailbox's address; `identity`: its id there."""
    mail = parse(raw)
    values: dict[str, Any] = {
        "system": "mail",
        "account": account,
        "id": identity or mail.message_id,
        "number": "",
        "subject": mail.subject,
        "first_message": mail.message_id,
        "mail": raw,
        "text": "",
        "sender": mail.senders[0] if mail.senders else "",
        "sender_name": mail.sender_name,
        "sender_is_customer": True,
        "created": date_of(mail),
        "kind": "email",
        "auto_reasons": (),
        "answered": False,
        "queue": account,
        "version": "",
        "url": "",
    }
    return Ticket(**{**values, **changed})


async def consider(ticket: Ticket, known: MailboxContext, ask: Ask, checks: Checks | None = None) -> Assessment:
    """What the rules and the knowledge base say to a ticket; nothing is written anywhere."""
    mail = parse(ticket.mail) if ticket.mail is not None else of_text(ticket.text, ticket.subject)
    said = (*known.said, *ticket.auto_reasons)
    known = replace(known, said=said, is_customer=known.is_customer and ticket.sender_is_customer)
    judged = _judged(ticket, mail, known)
    answer, text = await understood(mail, ticket.subject or mail.subject, ask)
    verdict, reasons = _limited(judged, answer)
    facts = _facts(ticket, mail, answer)
    if checks and verdict != "silent":
        facts["checks"] = list(await checks(answer))
    recipient = answers_to(mail) if ticket.mail is not None else ticket.sender
    to = {
        "to": recipient,
        "subject": f"Re: {bare_subject(ticket.subject or mail.subject)[:SUBJECT]}",
        "in_reply_to": mail.message_id,
        "references": " ".join([*mail.answers[-20:], mail.message_id]).strip(),
        "version": ticket.version,
        "queue": ticket.queue,
    }
    return Assessment(verdict, reasons, answer, text, facts, to)


async def understood(mail: Mail, subject: str, ask: Ask) -> tuple[Answer, str]:
    """The best answer to the words, to the words with what they are about, or with the subject; and the text of it.

    The language is that of the customer's own words, where they wrote any.
    """
    first = await ask(Question(mail.own)) if mail.own else None
    language = first.language if first and len(mail.own.split()) >= 2 else None
    if mail.diagnostics:  # what came back is what is asked about, whatever is said around it
        explained = await ask(Question("\n".join(mail.diagnostics), language=language))
        if _rank(explained) == _RANK["answer"]:
            return explained, mail.text
    about = "\n\n".join(filter(None, (bare_subject(subject), mail.text)))
    best: tuple[int, Answer, str] | None = (_rank(first), first, mail.own) if first else None
    for text in dict.fromkeys(text for text in (mail.text, about) if text and text != mail.own):
        answer = await ask(Question(text, language=language))
        if best is None or _rank(answer) > best[0]:
            best = (_rank(answer), answer, text)
    if best is None:
        best = (0, await ask(Question("")), "")
    return best[1], best[2]


def _rank(answer: Answer | None) -> int:
    return _RANK.get(answer.decision.outcome, 0) if answer and answer.decision else 0


def _judged(ticket: Ticket, mail: Mail, known: MailboxContext) -> Judgement:
    judged = judge(mail if ticket.mail is not None else None, known)
    own: dict[str, Verdict] = {}
    if ticket.answered:
        own["answered-already"] = "silent"
    if ticket.mail is None and ticket.kind == "email":
        own["headers-hidden"] = "note"
    if ticket.mail is None and not ticket.sender:
        own["no-address"] = "note"
    verdict = min((judged.verdict, *own.values()), key=STRICTEST.index)
    return Judgement(verdict, (*judged.reasons, *own))


def _limited(judged: Judgement, answer: Answer) -> tuple[Verdict, tuple[str, ...]]:
    """A suggestion never goes public, and what is not covered is left to people."""
    decision = answer.decision
    most: Verdict = "public"
    if decision is None or decision.outcome == "decline":
        most = "note" if decision and answer.facts.get("codes") else "silent"
        reason = "not-covered" if decision else "no-question"
    elif decision.outcome == "suggest":
        most, reason = "note", "not-sure"
    else:
        return judged.verdict, judged.reasons
    return min(judged.verdict, most, key=STRICTEST.index), (*judged.reasons, reason)


def _facts(ticket: Ticket, mail: Mail, answer: Answer) -> dict[str, Any]:
    """JSON values only."""
    decision = answer.decision
    name = " ".join((ticket.sender_name or mail.sender_name).split())
    sender = ticket.sender or answers_to(mail)
    theirs = find_domain(sender, ()) if sender else ""  # empty for freemail: nobody has their mailbox with us there
    given = {"entries": [], "suggested": [], "email": "", "domain": "", **answer.facts}
    candidates = [c for part in decision.parts for c in part.candidates] if decision else []
    best = {c.id: max(c.score, 0.0) for c in sorted(candidates, key=lambda c: c.score)}
    return given | {
        "email": given["email"] or (sender if theirs else ""),
        "domain": given["domain"] or theirs,
        "name": name if _NAME.fullmatch(name) else "",
        "outcome": decision.outcome if decision else "decline",
        "score": round(decision.score, 2) if decision else 0.0,
        "candidates": [
            {"id": i, "score": round(s, 2)} for i, s in sorted(best.items(), key=lambda x: -x[1])[:CANDIDATES]
        ],
        "checks": [],
    }
