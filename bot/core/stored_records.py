"""Records: what the bot stores about questions, threads and handovers, as plain frozen values."""

from dataclasses import dataclass

from bot.core.languages import Language


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """Stored decision: personal data redacted, deleted after POSTBOTE_KEEP_DAYS."""

    key: str  # the event's, like the next three
    conversation: str
    location: str
    person: str
    at: float  # seconds since the epoch, when it was decided
    language: Language
    understood: str  # the whole question, follow-ups resolved; empty where it was declined
    question: str  # the message; of a command its name; empty where it was only overheard and the bot stayed silent
    outcome: str  # answer, suggest, decline, the command's name, failure, or silent
    entries: tuple[str, ...]
    reason: str  # reason for silence, or another one beside the decision; empty: the decision alone
    why: str  # the decision explained, as lines of text
    sent: str  # the channel's name for the reply ("ts" in Slack); empty: none was posted
    link: str  # permalink of the question; empty: not known
    chosen: str = ""  # id of the suggestion that was clicked; empty: none
    unhelpful: int = 0  # people whose last feedback was "not helpful"
    remark: str = ""  # the newest reason that one of them gave, redacted; empty: none
    channel: str = ""  # the event's adapter; empty: not known
    took: float = 0.0  # seconds from receipt to delivery of the reply; 0: not known
    settled: str = ""  # what an editor did about it: done, or the id of a content edit; empty: nothing yet


@dataclass(frozen=True, slots=True)
class DailyCount:
    """Daily count of decisions with the same channel, language and outcome."""

    day: int  # days since the epoch, UTC
    channel: str  # empty: stored by a version that did not know it
    language: Language
    outcome: str  # as in StoredDecision
    count: int


@dataclass(frozen=True, slots=True)
class QuestionCount:
    """Count of the questions of some time, and of those among them that were not answered, or not well."""

    asked: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class Thread:
    """Thread that the bot takes part in."""

    asker: str  # "team:user" of the one who asked its first question
    state: str  # open; taken: another person has joined; handed: a person was asked; solved; helpers: they read here
    at: float  # seconds since the epoch: the bot's last answer in it


@dataclass(frozen=True, slots=True)
class Handover:
    """Handover: a request to a person, whose two sides read each other through the bot."""

    place: str  # conversation in which helpers read it: "team:channel:ts" of the request, or a ticket (ticket_place.py)
    request: str  # key of the event that asked for a person: of all places of one request the same
    asked: str  # conversation in which the asker reads what helpers say: "team:channel:thread"
    conversation: str  # conversation in which no second person is called until this is solved
    asker: str  # "team:user"
    language: Language  # of the asker
    state: str = "open"  # open, solved
    relayed: str = ""  # id of a ticket's newest message that was relayed; empty: none
