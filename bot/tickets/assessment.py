"""Assessment of one ticket: what the auto-response rules and the knowledge base say to it, before anything is written.

Used by the ticket workflow, by `postbote tickets preview` and by `postbote mail`. Every step can only make the verdict
stricter: the rules on the mail, what the ticket itself shows, and how sure the answer is.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.contracts.engine import Respond
from bot.core.lazy_regex import lazy_regex
from bot.core.mail.auto_response import STRICTEST, MailboxContext, RuleVerdict, Verdict, apply_rules, reply_address
from bot.core.mail.mime import Mail, date_of, mail_of_text, parse
from bot.core.mail.quoted_text import asking_subject, bare_subject
from bot.core.matching.early_decisions import closes
from bot.core.matching.error_report import wants_error
from bot.core.model import Answer, Decision, Mode, Question, Ticket
from bot.core.text.addresses import find_domain
from bot.core.text.language_detection import language_of_locale
from bot.tickets.quotation import understood_sentences
from bot.tickets.thresholds import is_worth_a_note, public_doubts

SURELY_DECLINED = 0.8  # score of a decline from which a subject is no question of its own
SUBJECT = 200  # characters of a subject that are repeated
CANDIDATES = 5  # that a note names
MOST_WORDS_POINTING = 9  # of a text that names its subject as what it means
_SUBJECT = lazy_regex(r"\b(?:betreff(?:zeile|feld)?|subject(?: line)?|überschrift)\b(?!\s*:)", re.IGNORECASE)
FEW_WORDS = 3  # of a text that only points to its subject, at most
_RANK = {"answer": 2, "suggest": 1}  # of outcomes; others: 0
# What may be repeated to whom wrote it: two to four words, so that nobody makes us send advertisements to others
_NAME = re.compile(r"[^\W\d_][^\W\d_.'’-]{0,20}[.]?(?:[ '’-][^\W\d_][^\W\d_]{0,20}[.]?){1,4}")


LiveChecks = Callable[[Answer], Awaitable[Sequence[str]]]  # what live look-ups found about an answer, a line each


@dataclass(frozen=True, slots=True)
class BestAnswer:
    """Best answer to a mail."""

    answer: Answer
    text: str  # what it answers
    by_subject: bool = False  # True: it took the subject, and the subject alone is not what is asked


@dataclass(frozen=True, slots=True)
class Assessment:
    """Assessment of a ticket, before limits and modes: the verdict, the answer, and where a reply would go."""

    verdict: Verdict  # the strictest of the rules and of how sure the answer is
    reasons: tuple[str, ...]  # codes; empty for public
    answer: Answer  # of the core: template "answer", "suggest" or "decline", with its decision
    text: str  # what was asked: the customer's words, diagnostic codes, what was forwarded
    facts: Mapping[str, Any] = field(default_factory=dict)  # for templates/ticket.md and ticket_note.md
    to: Mapping[str, str] = field(default_factory=dict)  # where a reply goes: see TicketChannel.deliver

    def in_mode(self, mode: Mode) -> tuple[Verdict, tuple[str, ...]]:
        """Verdict and reasons under the mode of the ticket's queue, which can only make it stricter."""
        if mode == "off":
            return "silent", (*self.reasons, "mode-off")
        if mode == "note" and self.verdict == "public":
            return "note", (*self.reasons, "mode-note")
        return self.verdict, self.reasons

    def to_answer(self, verdict: Verdict, reasons: Sequence[str]) -> Answer:
        """Answer to deliver: the reply itself where `verdict` is public, else the note that holds it as a draft."""
        facts = {**self.facts, "verdict": verdict, "reasons": list(reasons), "said": "", "with_draft": True}
        facts["draft"] = verdict != "public"  # a person sends it, so it says nothing of a machine
        return Answer("ticket" if verdict == "public" else "ticket_note", self.answer.language, facts)


def ticket_of_mail(raw: bytes, account: str, identity: str = "", **changed: Any) -> Ticket:
    """Ticket made of a mail in a mailbox.

    `account`: the mailbox's address; `identity`: the mail's id there, empty: its Message-ID. `changed`: fields of the
    ticket that differ.
    """
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


async def assess(
    ticket: Ticket, context: MailboxContext, respond: Respond, live_checks: LiveChecks | None = None
) -> Assessment:
    """Assessment of a ticket; nothing is written anywhere. `live_checks`: None: nothing is looked up for the note."""
    mail = parse(ticket.mail) if ticket.mail is not None else mail_of_text(ticket.text, ticket.subject)
    context = replace(
        context,
        system_reasons=(*context.system_reasons, *ticket.auto_reasons),
        is_customer=context.is_customer and ticket.sender_is_customer,
    )
    ruled = _apply_rules(ticket, mail, context)
    best = await best_answer(mail, ticket.subject or mail.subject, respond)
    answer = best.answer
    verdict, reasons = _limit_by_outcome(ruled, best)
    facts = _to_facts(ticket, mail, answer, best.text)
    if live_checks and verdict != "silent":
        facts["checks"] = list(await live_checks(answer))
    recipient = reply_address(mail) if ticket.mail is not None else ticket.sender
    to = {
        "to": recipient,
        "subject": f"Re: {bare_subject(ticket.subject or mail.subject)[:SUBJECT]}",
        "in_reply_to": mail.message_id,
        "references": " ".join([*mail.references[-20:], mail.message_id]).strip(),
        "version": ticket.version,
        "queue": ticket.queue,
    }
    return Assessment(verdict, reasons, answer, best.text, facts, to)


async def best_answer(mail: Mail, subject: str, respond: Respond) -> BestAnswer:
    """Best answer to a mail, and the text that it answers.

    Asked are the customer's own words, the diagnostic codes of an attached bounce, the words with what they are about,
    and all that with the subject. An answer beats a suggestion, which beats nothing; of equals the first one counts. An
    answer to the codes beats all, because what came back is what is asked about. The language is that of the customer's
    own words, where they wrote two or more; where these do not tell, that of their mail program.
    """
    hint = language_of_locale(
        mail.first("content-language").split(",")[0] or mail.first("accept-language").split(",")[0]
    )
    first = await respond(Question(mail.own_words, language_hint=hint)) if mail.own_words else None
    if first and first.decision and first.decision.foreign:
        return BestAnswer(first, mail.own_words)
    language = first.language if first and len(mail.own_words.split()) >= 2 else None
    if mail.asks_about_quoted:  # "What does this mean?" is no question of its own
        pointed_at = mail.evidence or asking_subject(subject)
        return BestAnswer(await respond(Question(pointed_at, language=language, language_hint=hint)), mail.text)
    if mail.diagnostics:
        explained = await respond(Question("\n".join(mail.diagnostics), language=language, language_hint=hint))
        if _rank(explained) == _RANK["answer"]:
            return BestAnswer(explained, mail.text)
    best = BestAnswer(first, mail.own_words) if first else None
    is_asked_by_subject = "?" in subject and _says_nothing(first, mail.own_words)
    is_declined = _is_surely_declined(first) and not _points_to_subject(mail.own_words)
    with_subject = "" if is_declined else "\n\n".join(filter(None, (asking_subject(subject), mail.text)))
    for text in dict.fromkeys(text for text in (mail.text, with_subject) if text and text != mail.own_words):
        answer = await respond(Question(text, language=language, language_hint=hint))
        if best is None or _rank(answer) > _rank(best.answer):
            best = BestAnswer(answer, text, by_subject=text != mail.text and not is_asked_by_subject)
    return best or BestAnswer(await respond(Question("", language_hint=hint)), "")


def _points_to_subject(own_words: str) -> bool:
    """True for a few words that name the subject: "see subject", "die Frage steht im Betreff"."""
    return len(own_words.split()) <= MOST_WORDS_POINTING and bool(_SUBJECT.search(own_words))


def _says_nothing(answer: Answer | None, own_words: str) -> bool:
    """True for own words that ask nothing, so that the subject is the question: none, a greeting, "see subject".

    False for those that close a matter: then nothing is asked at all.
    """
    decision = answer.decision if answer else None
    if decision is not None and closes(decision):
        return False
    is_short = len(own_words.split()) <= FEW_WORDS or _points_to_subject(own_words)
    return decision is None or decision.small_talk or is_short


def _is_surely_declined(answer: Answer | None) -> bool:
    """True if what was asked is not covered: then the subject, which says it in other words, must not be answered."""
    decision = answer.decision if answer else None
    if decision is None:
        return False
    surely = decision.outcome == "decline" and decision.score >= SURELY_DECLINED
    return surely and not wants_error(decision) and (closes(decision) or not decision.small_talk)


def _rank(answer: Answer | None) -> int:
    return _RANK.get(answer.decision.outcome, 0) if answer and answer.decision else 0


def _apply_rules(ticket: Ticket, mail: Mail, context: MailboxContext) -> RuleVerdict:
    """Auto-response rules, and what the ticket itself shows."""
    ruled = apply_rules(mail if ticket.mail is not None else None, context)
    own: dict[str, Verdict] = {}
    if ticket.answered:
        own["answered-already"] = "silent"
    if ticket.mail is None and ticket.kind == "email":
        own["headers-hidden"] = "note"
    if ticket.mail is None and not ticket.sender:
        own["no-address"] = "note"
    if ticket.opened_by_agent:
        own["opened-by-agent"] = "note"
    verdict = min((ruled.verdict, *own.values()), key=STRICTEST.index)
    return RuleVerdict(verdict, (*ruled.reasons, *own))


def _limit_by_outcome(ruled: RuleVerdict, best: BestAnswer) -> tuple[Verdict, tuple[str, ...]]:
    """Verdict under what the answer is worth: public only where it is certain, a note only where it says something.

    A choice of entries never goes public, and what is not covered is left to people.
    """
    decision = best.answer.decision
    most: Verdict = "public"
    if decision is None or decision.outcome == "decline":
        most = "note" if decision and best.answer.facts.get("codes") else "silent"
        reasons: tuple[str, ...] = (_why_declined(decision),)
    elif decision.outcome == "suggest":
        worth = is_worth_a_note(decision, by_subject=best.by_subject)
        most, reasons = ("note", ("not-sure",)) if worth else ("silent", ("too-vague",))
    else:
        reasons = public_doubts(decision, best.text, by_subject=best.by_subject)
        most = "note" if reasons else "public"
    return min(ruled.verdict, most, key=STRICTEST.index), (*ruled.reasons, *reasons)


def _why_declined(decision: Decision | None) -> str:
    if decision is None:
        return "no-question"
    return "too-vague" if wants_error(decision) else "not-covered"


def _to_facts(ticket: Ticket, mail: Mail, answer: Answer, asked: str) -> dict[str, Any]:
    """Facts for templates/ticket.md and ticket_note.md: JSON values only. `asked`: the text that is answered."""
    decision = answer.decision
    name = " ".join((ticket.sender_name or mail.sender_name).split())
    sender = ticket.sender or reply_address(mail)
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
        "understood": understood_sentences(decision, asked),
        # What a helpdesk fills in: see HelpdeskChannel.agent_facts
        "reply_url": "",
        "drafted": False,
        "wrong_by": "",
        "wrong_tag": "",
    }
