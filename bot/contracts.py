"""Protocols and values that channels, dialogue, tickets and the durable worker share, so that none imports another."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.commands import ChannelAdmin
from bot.core.model import Answer, Event, Language, Mode, Provider, Question, Ticket
from bot.core.records import Handover
from bot.core.ticket_place import TicketPlace

if TYPE_CHECKING:
    from starlette.routing import BaseRoute  # a tenth of a second that the command line need not wait for


class Respond(Protocol):
    """Responder: question → answer.

    `admin`: what a command may change and see in the channel it was given in; None where there is no channel.
    `person`: opaque id of the asker, by which look-ups are counted; empty: not known.
    """

    def __call__(
        self, question: Question, admin: ChannelAdmin | None = None, person: str = ""
    ) -> Coroutine[Any, Any, Answer]: ...


class Engine(Protocol):
    """Answer engine in use: answers questions and words answers (bot/answering/engine.py, ReloadableEngine)."""

    def respond(
        self, question: Question, admin: ChannelAdmin | None = None, person: str = ""
    ) -> Coroutine[Any, Any, Answer]:
        """Answer to a question or command; see Respond."""
        ...

    def render(self, answer: Answer) -> str:
        """Channel-neutral Markdown of a whole reply."""
        ...

    def label(self, name: str, language: Language) -> str:
        """Text of a button or heading: a block of templates/labels.md."""
        ...

    def title(self, entry_id: str, language: Language) -> str:
        """Title of an entry or uncovered topic. Raises KeyError."""
        ...

    def prompts(self, language: Language) -> Sequence[str]:
        """Questions to begin with, at most four."""
        ...

    def sections(self, language: Language) -> Mapping[str, Sequence[str]]:
        """Sections of the FAQ in its order, by their names in a language → ids of their entries."""
        ...

    def related(self, entry_ids: Sequence[str]) -> Sequence[str]:
        """Ids of the entries that help beside these, those that belong closest first; none of these themselves."""
        ...

    def explain(self, answer: Answer) -> str:
        """Explanation of the decision behind an answer, one fact a line."""
        ...

    def provider(self) -> Provider:
        """Hoster whose content is in use: name, links, contact, brand."""
        ...

    def languages(self) -> Sequence[Language]:
        """Languages in which everything is said, the first where none can be told."""
        ...

    def html(self, file: Path, words: str, language: Language, facts: Mapping[str, Any]) -> str:
        """HTML page from a template file; its words: blocks of templates/<words>.md."""
        ...

    def page_text(self, words: str, name: str, language: Language) -> str:
        """Text of a page for what is no template (the words of a chart): a block of templates/<words>.md."""
        ...


class CursorStore(Protocol):
    """Poll cursors: how far a channel has read its system (bot/storage/cursors.py). All functions block."""

    def read(self, key: str) -> str: ...

    def save(self, key: str, place: str) -> None: ...


class SecretStore(Protocol):
    """Secret store for a channel's tokens, which the channel encrypts itself. All functions block."""

    def get(self, key: str) -> str: ...

    def save(self, key: str, secret: str) -> None: ...

    def delete(self, key: str, since: float = 0.0) -> bool: ...


class HandoverStore(Protocol):
    """Store of requests to a person, filled by the channel that knows where helpers read them. All functions block."""

    def add(self, handover: Handover) -> None: ...

    def of_tickets(self, prefix: str) -> Sequence[Handover]:
        """Handovers, open or solved, whose place is a ticket of one helpdesk (bot/core/ticket_place.py)."""
        ...

    def mark_relayed(self, place: str, message: str) -> None:
        """Notes the newest message of a ticket that was relayed."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """Ticket that was opened for an asker: number and address for people."""

    number: str
    url: str
    place: str = ""  # as a place of a handover (bot/core/ticket_place.py); empty: nothing is relayed


@dataclass(frozen=True, slots=True)
class TicketMessage:
    """Message for the ticket of a handover."""

    lead: Answer  # says whose words follow
    words: str  # plain text, as it was typed; empty: the lead says all
    by_asker: bool  # True: a customer's message; False: an internal note
    mark: str  # letters and digits, the same for the same message: it is written once


class WriteInTicket(Protocol):
    """Writer into tickets of handovers. `place`: see bot/core/ticket_place.py.

    `again`: an earlier attempt may have got through. Raises TryLater, and Undeliverable where the ticket takes nothing.
    """

    def __call__(self, place: str, message: TicketMessage, again: bool) -> Awaitable[None]: ...


class OpenTicket(Protocol):
    """Ticket opener of the helpdesk that POSTBOTE_SLACK_TICKETS names.

    `mark`: letters and digits, the same for the same request; a ticket that has it already is returned. `again`: an
    earlier attempt may have got through a moment ago. Raises TryLater.
    """

    def __call__(self, subject: str, request: Answer, mark: str, again: bool) -> Awaitable[OpenedTicket]: ...


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """Dependencies of a channel, handed to its `open_channel` by bot/app.py."""

    engine: Engine
    # Returns when the event is durable, or is known not to concern the bot (an overheard message); a repeated key is
    # no error. Raises where the event cannot be stored.
    enqueue: Callable[[Event], Awaitable[None]]
    secrets: SecretStore
    erase_team: Callable[[str], None]  # deletes everything of a workspace ("T0001"); blocks
    cursors: CursorStore
    handovers: HandoverStore | None = None  # None: this channel hands nothing over
    open_ticket: OpenTicket | None = None  # None: no helpdesk is configured for requests to a person
    write_in_ticket: WriteInTicket | None = None  # None: nothing is relayed into tickets


@dataclass(frozen=True, slots=True)
class ThreadAbove:
    """Messages above one that points at them: of its thread what others wrote since the bot last did; of a channel the
    nearest ones.
    """

    texts: tuple[str, ...]  # the newest first, at last the thread's first message; without those that have no words
    unreadable: int = 0  # files there that hold no text: pictures
    problem: str = ""  # rate-limit, permission or unavailable: why nothing could be read; empty: it was read
    authors: tuple[str, ...] = ()  # of each text the author's name, "" for the asker's own; none: they are of a thread
    in_channel: bool = False  # True: above a message that stands in no thread, so whose line is meant is to be told


@dataclass(frozen=True, slots=True)
class Disabled:
    """Disabled channel: it is not configured."""

    name: str
    cure: str  # names the variable that turns it on; empty: nothing is said of it


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """Doctor result: one line of `postbote doctor`."""

    name: str
    ok: bool
    says: str  # what was found, and the cure where it is not ok


class Channel(Protocol):
    """Channel: turns what arrives from one system into events, and delivers replies in its dialect."""

    @property
    def name(self) -> str: ...

    @property
    def routes(self) -> "Sequence[BaseRoute]":
        """Routes mounted in the one web server; empty where the channel needs none."""
        ...

    @property
    def blocks_readiness(self) -> bool:
        """True if another process may be able to answer where this one's channel has a problem: /readyz says 503."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Delivery of a reply (None: only what `reply_to` says, such as a deletion).

        Returns the channel's id of the post, empty where it has none. `again`: True where an earlier attempt may have
        got through, so that the channel looks for its own post before it sends. Raises TryLater.
        """
        ...

    async def language_hint(self, event: Event) -> Language | None:
        """Language of the asker as the channel knows it, looked up after the event is stored; None: not known."""
        ...

    async def read_full_text(self, event: Event) -> str:
        """Full text of a question whose event holds only its beginning (long snippets). Raises TryLater."""
        ...

    async def read_thread(self, event: Event) -> ThreadAbove | None:
        """Messages above one that points at them ("was bedeutet das?"): of its thread, or of the channel around it;
        None where there are none.
        """
        ...

    async def show_busy(self, event: Event, language: Language) -> None:
        """Sign that the answer is being looked up, where the channel can show one. Raises nothing."""
        ...

    async def permalink(self, event: Event) -> str:
        """Permalink of a question; empty: not known."""
        ...

    async def may(self, event: Event, what: str) -> bool:
        """Permission of the person: to set the channel's mode ("mode"), or to read stored decisions ("edit")."""
        ...

    async def readiness_problem(self) -> str:
        """Readiness problem, one line for /readyz; empty where the channel is usable."""
        ...


class ChannelDefaults:
    """Defaults for channels without user, permission or link data, whose system is the same for every process."""

    blocks_readiness = False

    async def language_hint(self, event: Event) -> Language | None:
        """No hint: the question's own words decide."""
        return None

    async def read_full_text(self, event: Event) -> str:
        """Text of the event, which is complete."""
        return event.question.text

    async def read_thread(self, event: Event) -> ThreadAbove | None:
        """No threads."""
        return None

    async def show_busy(self, event: Event, language: Language) -> None:
        """No sign: a reply comes when it is there."""

    async def permalink(self, event: Event) -> str:
        """No permalink."""
        return ""

    async def may(self, event: Event, what: str) -> bool:
        """No permission: no person is known."""
        return False

    async def readiness_problem(self) -> str:
        """No problem: usable whenever the server is."""
        return ""


class TicketChannel(Channel, Protocol):
    """Ticket channel: its events are new tickets (bot/tickets/workflow.py).

    It notices them by polling, which is the truth, and by hooks, which only make it faster, and stores for each
    `bot.tickets.assessment.ticket_event`, made anew as often as it likes: the key is the same. `deliver` then gets
    Answer("ticket") or Answer("ticket_note"), and an event whose `reply_to` says besides the channel's own:

    - as: "public", a reply to the customer, or "note", for agents only (a comment, a draft);
    - to: the one address that a public reply goes to; subject: "Re: …"; in_reply_to, references: Message-IDs, may be
      empty; version: the ticket's; queue: its queue;
    - look: "yes" where an earlier reply may have got through although `again` is False.

    Where `again` or `look` says so it looks for its own post first and sends nothing where there is one. Any other
    template than those two (the neutral failure) is not sent: a ticket waits for a person then. It returns the
    remote name of the post, never an empty one after a post.
    """

    @property
    def own(self) -> frozenset[str]:
        """Own addresses, in lower case: every helpdesk, alias and bot of ours."""
        ...

    @property
    def inbox(self) -> frozenset[str]:
        """Addresses that tickets of this channel are sent to; empty: not known."""
        ...

    def mode(self, queue: str) -> Mode:
        """Mode of a queue: off, note or public."""
        ...

    async def fetch(self, event: Event) -> Ticket | None:
        """Ticket of an event; None where it is gone for good. Raises TryLater."""
        ...

    async def newest(self, number: int) -> Sequence[Event]:
        """Events of the newest tickets, newest first, answered or not: for the preview. Raises TryLater."""
        ...

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """Claim of a ticket that is as it was fetched (ETag, modseq); True too where `by` holds it already.

        `by`: the name of this installation. False: another one has it. A system without locks marks it and says True.
        Raises TryLater.
        """
        ...


class TicketOpener(Protocol):
    """Helpdesk channel in which tickets can be opened."""

    async def open_ticket(self, queue: str, subject: str, request: Answer, mark: str, *, again: bool) -> OpenedTicket:
        """Opens a ticket as OpenTicket says. `queue`: queue or group."""
        ...

    async def write_in_ticket(self, place: TicketPlace, message: TicketMessage, *, again: bool) -> None:
        """Writes into a ticket as WriteInTicket says."""
        ...
