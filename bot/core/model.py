"""The vocabulary that every part shares: plain frozen values, no behaviour beyond small derived properties."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.core.languages import LANGUAGES as LANGUAGES
from bot.core.languages import Language as Language
from bot.core.provider import Provider as Provider

# Acts of an event that a person waits for: rate-limited, decided again after a crash, and never without a reply
QUESTION_ACTS = frozenset({"ask", "explain"})
STRANGERS = "web:"  # beginning of the ids of persons whom nobody knows, and who may be many: those on the chat page
Kind = Literal["answer", "error"]
Outcome = Literal["answer", "suggest", "decline"]
# Condition that an explained error names, as far as the DNS can be asked about it. no-address: a host has no address.
# no-mail-server: a domain has none. Of the others (no-connection, no-tls, no-mailbox) the DNS shows a part.
Condition = Literal["no-address", "no-mail-server", "no-connection", "no-tls", "no-mailbox"]


@dataclass(frozen=True, slots=True)
class Question:
    """Question, or any other message, freed from the channel's payload."""

    text: str  # as the channel delivered it, not yet normalised; for a command its argument
    command: str = ""  # name of a slash command without the slash ("mx"); empty: a message in the person's own words
    language: Language | None = None  # set where the person chose it; None: decided from the text
    previous: str = ""  # the question before it in its conversation, as it was understood; empty: none
    menu: tuple[str, ...] = ()  # ids that the reply before offered, in its order; empty: it offered none
    language_hint: Language | None = None  # thread's language or the person's locale, used where the text does not tell


@dataclass(frozen=True, slots=True)
class Event:
    """Event: one thing that a person did, with its origin and the address of its reply.

    Stored durably before it is acknowledged, as JSON with these field names (bot/storage/serialization.py).
    """

    key: str  # unique per event, the same for every redelivery: "team:channel:ts:kind" in Slack
    channel: str  # adapter whose `deliver` sends the reply: its folder in bot/channels, "slack", "mail" …
    question: Question
    reply_to: Mapping[str, str] = field(default_factory=dict)  # address of the reply; only the channel understands it
    conversation: str = ""  # id of its conversation, "team:channel:thread" in Slack; empty: the event stands alone
    act: str = "ask"  # the person's act: ask, or another one that bot/dialogue/manager.py handles (edited, helpful …)
    facts: Mapping[str, Any] = field(default_factory=dict)  # further facts of the act: JSON values only
    location: str = ""  # chat channel, for which a mode can be set: "team:channel" in Slack; empty: there are no modes
    person: str = ""  # id of the person, "team:user" in Slack; empty: not known
    received: float = 0.0  # seconds since the epoch, set when the event is stored; 0: not known


@dataclass(frozen=True, slots=True)
class PreviousQuestion:
    """Previous question of a conversation."""

    understood: str  # the whole question, follow-ups resolved; empty where it was not covered
    language: Language
    menu: tuple[str, ...] = ()  # ids that the reply offered, in its order; empty: it was no menu


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry of the knowledge base (knowledge/README.md explains the fields); also a condition of the general layer."""

    id: str
    kind: Kind
    faq: str  # section of the FAQ that it comes from
    title: Mapping[Language, str]
    answer: Mapping[Language, str]  # Jinja2 source in Markdown; bot/content/renderer.py fills the figures in
    questions: Mapping[Language, tuple[str, ...]]
    related: tuple[str, ...] = ()  # ids
    lines: tuple[str, ...] = ()  # error lines, verbatim from the FAQ; empty for kind "answer"
    variants: tuple[str, ...] = ()  # the same condition in other mail servers' words
    lookalikes: tuple[str, ...] = ()  # lines that look like this entry and are something else
    codes: tuple[str, ...] = ()  # reply or enhanced status codes, weak evidence
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what an error of it states (error_slots.py)
    check: Condition | None = None  # condition of the host or domain that the error names; None: nothing to ask
    instead_of: tuple[str, ...] = ()  # ids of topics and conditions of the general layer that this entry stands for


@dataclass(frozen=True, slots=True)
class Topic:
    """Topic near the subject that people ask about and that the FAQ does not cover."""

    id: str
    title: Mapping[Language, str]
    questions: Mapping[Language, tuple[str, ...]]
    lines: tuple[str, ...] = ()  # error lines of conditions that no entry explains
    small_talk: bool = False  # True: its sentences want no answer, and none is missed
    told: bool = False  # True: its sentences tell something, so no text that asks is one of them
    state: bool = False  # True: they ask what is set up at the asker's own, so none that asks what ought to be is one
    general: bool = False  # True: of the layer that comes with Postbote; False: the hoster's own


@dataclass(frozen=True, slots=True)
class Concept:
    """Concept: a meaning and the words for it, by language (general_layer/concepts.yaml explains the word forms)."""

    id: str
    group: str  # protocol, direction, aspect, … , outside
    means: str  # one line for people
    words: Mapping[Language, tuple[str, ...]]
    any: tuple[str, ...] = ()  # tokens that mean it whatever the language


@dataclass(frozen=True, slots=True)
class StatusCode:
    """SMTP reply or status code and its general meaning: general_layer/status-codes.yaml."""

    code: str  # "550"; "x.7.1" for any class; "x.7.x", "5yz", "5.x.x" for all that have no row of their own
    source: str  # the RFC where it stands
    means: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Knowledge base, read and checked."""

    entries: Mapping[str, Entry]  # by id, sorted
    topics: Mapping[str, Topic]  # by id, sorted: what is not covered
    concepts: tuple[Concept, ...]
    provider: Provider
    status: Mapping[str, StatusCode] = field(default_factory=dict)  # by code: general meanings, not from the FAQ
    languages: tuple[Language, ...] = LANGUAGES  # in which everything is said; the first where none can be told
    yields: bool = False  # True: examples of the general layer make room for entries about the same
    figures: Literal["fitted", "learnt"] = "fitted"  # of the decision: to labelled messages, or from the examples
    sections: tuple[Mapping[Language, str], ...] = ()  # of the FAQ, in its order: names by language

    def place(self, entry: str) -> int:
        """Place of an entry's section among `sections`; behind them where it is not named. Raises KeyError."""
        own = self.entries[entry].faq
        return next((n for n, names in enumerate(self.sections) if own in names.values()), len(self.sections))

    def section(self, entry: str, language: Language) -> str:
        """Name of an entry's section in a language; its own name where there is no other. Raises KeyError."""
        own, place = self.entries[entry].faq, self.place(entry)
        return self.sections[place].get(language, own) if place < len(self.sections) else own


@dataclass(frozen=True, slots=True)
class Candidate:
    """Candidate: an entry, or a topic that is not covered, that a message may be about."""

    id: str
    score: float  # 0..1: softmax share of the ranking, or score of an error line; comparable within one part only
    evidence: tuple[str, ...] = ()  # for `--why`: words, concepts or phrases that speak for it


@dataclass(frozen=True, slots=True)
class Target:
    """Target of a check: a name in an explained error that the DNS can be asked about."""

    name: str  # host or domain in lower case, as it stands there: "mx2.example.com"
    condition: Condition


@dataclass(frozen=True, slots=True)
class DamagedAddress:
    """Damaged address: a pasted one that holds stray characters, most of them invisible."""

    address: str  # without the stray characters: "max@firma.de"
    marked: str  # with a visible mark for each of them: "max@firma.de␣", "max@fir[U+200B]ma.de"
    characters: tuple[str, ...]  # their Unicode names: "SPACE", "U+200B ZERO WIDTH SPACE"
    position: Literal["start", "inside", "end"]  # of the first one in the address


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a decision: one question or one error line of a message, and its outcome."""

    text: str  # the piece of the message, normalised
    outcome: Outcome
    entries: tuple[str, ...]  # answer: one id; suggest: up to three, best first; decline: empty
    score: float  # 0..1: probability that the outcome is right (the answer, the menu, or that it is not covered)
    rule: str  # name of the rule that decided, for `--why`
    candidates: tuple[Candidate, ...] = ()  # best first, at most five
    asked: str = ""  # the sentence as it was typed, of a question beside an answer; empty of all others
    disputed: bool = False  # True: the sentence and the whole message are likeliest about different entries
    told_error: bool = False  # True: answered with an error that is told in own words, without a known line of it
    # Of an answered question, how the examples support it (bot/core/matching/example_support.py)
    nearest: float = 1.0  # similarity to the entry's nearest example; 1: as usual between its own examples
    nearest_topic: float = 0.0  # similarity to the nearest example of what is not covered, 0..1
    unused_concept: bool = False  # True: it names a concept that hardly any of the entry's examples uses


@dataclass(frozen=True, slots=True)
class Decision:
    """Decision about a whole message; bot/core/matching/decision.py explains how it is made."""

    outcome: Outcome
    entries: tuple[str, ...]  # answer: ids whose text is in the reply; suggest: up to three; decline: empty
    language: Language
    score: float  # 0..1: of the surest part that decided the outcome
    parts: tuple[Part, ...]
    normalised: str  # the cleaned message; of a follow-up, the whole question that it means
    address: str = ""  # mail address that the person gave, "max@firma.de"; empty: none
    domain: str = ""  # domain that the person gave, "firma.de"; empty: none
    codes: tuple[str, ...] = ()  # of a pasted SMTP reply that no entry explains, "550", "5.7.1"; decline only
    targets: tuple[Target, ...] = ()  # of the errors that are explained, at most two
    damaged_addresses: tuple[DamagedAddress, ...] = ()  # of addresses in a pasted error; empty for every other message
    small_talk: bool = False  # declined, and nothing was said that wants an answer
    foreign: bool = False  # declined because the person writes none of the base's languages


NO_QUESTION = frozenset({"none", "which_error"})  # templates of what was decided, and asked nothing of the FAQ


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer before it is worded: the template words it in the language, with the facts."""

    template: str  # templates/<template>.md: "answer", "suggest", "decline", a command's name …
    language: Language
    facts: Mapping[str, Any] = field(default_factory=dict)  # JSON values only
    decision: Decision | None = None  # None for commands

    @property
    def outcome(self) -> str:
        """Outcome as it is kept and counted: answer, suggest or decline; of what is no question, the template's name:
        a command, small talk, a refused reply, the report of an error that is not named.
        """
        return self.decision.outcome if self.decision and self.template not in NO_QUESTION else self.template


@dataclass(frozen=True, slots=True)
class Reply:
    """Reply to an event."""

    answer: Answer | None  # None: nothing is said
    to: Mapping[str, str] = field(default_factory=dict)  # merged into the event's `reply_to`: "update", "delete" …
    decided: "DecisionToSave | None" = None  # saved while the reply is delivered; None: nothing is saved


@dataclass(frozen=True, slots=True)
class DecisionToSave:
    """Decision to save: what an event's decision row is made of (bot/dialogue/decision_saver.py)."""

    event: Event  # whose row it is; after an edit the question that was edited, not the edit
    answer: Answer  # as decided, also where the person is told something else, or nothing
    mode: str  # of the event's location
    reason: str = ""  # why the answer is not given; empty: it is
    edit: bool = False  # True: an edit changed the answer; the bot spoke in the thread before, and not anew
    undelivered: Reply | None = None  # kept in the row until it is delivered, for a run after a crash; None: not kept


@dataclass(frozen=True, slots=True)
class Ticket:
    """Ticket: the first message of a new one, as its system tells it; made by a channel's `fetch`."""

    system: str  # "mail", "rt" or "zammad": the channel's folder
    account: str  # the mailbox's address, or the helpdesk's host name
    id: str  # the system's own, unique within the account; of a mail "uidvalidity.uid"
    number: str  # number that people call it by; empty for a mail
    subject: str  # decoded, one line
    first_message: str  # id of the first message: article, transaction, Message-ID
    mail: bytes | None  # the first message as it came, RFC 5322; None where the system hides it, or it was no mail
    text: str  # the customer's words where there is no mail; plain text or HTML; empty where there is one
    sender: str  # mail address in lower case; empty: not known
    sender_name: str  # as the sender or the system gives it; empty: not known
    sender_is_customer: bool  # False: an agent or the system itself has opened the ticket
    created: float  # seconds since the epoch
    kind: Literal["email", "web", "phone", "api"]  # way it came; only an "email" can be another machine's answer
    auto_reasons: tuple[str, ...]  # codes of the system's own reasons against answering: "system-says-auto"; or empty
    answered: bool  # an agent or the bot has written already, or it is no longer new
    queue: str  # queue, group or mailbox, for which a mode is set
    version: str  # ETag or modseq, which `claim` compares; empty: the system has none
    url: str  # of the ticket, for agents; empty: not known
    opened_by_agent: bool = False  # True: an agent has entered what a customer asks (a call), in the customer's words


Mode = Literal["off", "note", "public"]  # of a ticket queue: silent; internal notes only; replies to customers


class UserError(Exception):
    """Error that the person must correct. `problem` names a wording in the templates; `facts` fill it."""

    def __init__(self, problem: str, **facts: Any) -> None:
        super().__init__(problem)
        self.problem = problem
        self.facts: Mapping[str, Any] = facts


class Undeliverable(Exception):
    """Refusal by the outside world that does not pass: nothing is posted, and nothing is tried again.

    Whoever raises it logs what a person must do about it.
    """


class TryLater(Exception):
    """Failure of the outside world: the work is tried again after `seconds` (None: the usual back-off).

    `maybe_sent`: True if the reply may have got through although no confirmation came; the next attempt looks first.
    """

    def __init__(self, why: str, seconds: float | None = None, *, maybe_sent: bool = False) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.maybe_sent = maybe_sent
