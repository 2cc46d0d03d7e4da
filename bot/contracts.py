"""Protocols and values that channels, dialogue, tickets and the durable worker share, so that none imports another."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.routing import BaseRoute

from bot.commands import ChannelAdmin
from bot.core.model import Answer, Event, Language, Mode, Question, Ticket


class Respond(Protocol):
    """Question → Answer; `office` is what a command may change and see, where there is a place for it.

    `person`: who asks, as an opaque id; empty: not known.
    """

    def __call__(
        self, question: Question, office: ChannelAdmin | None = None, person: str = ""
    ) -> Awaitable[Answer]: ...


class CursorStore(Protocol):
    """How far a channel has looked (bot/storage/cursors.py). All functions block."""

    def read(self, key: str) -> str: ...

    def save(self, key: str, place: str) -> None: ...


class SecretStore(Protocol):
    """Where a channel keeps its tokens, encrypted by the channel. All functions block."""

    def secret(self, key: str) -> str: ...

    def keep_secret(self, key: str, secret: str) -> None: ...

    def drop_secret(self, key: str, since: float = 0.0) -> bool: ...

    def forget_team(self, team: str) -> None: ...


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """A ticket that was opened for somebody."""

    number: str
    url: str


class OpenTicket(Protocol):
    """Opens a ticket in the helpdesk that is configured for it.

    `mark`: letters and digits, the same for the same request; a ticket that has it already is returned. `again`: an
    earlier attempt may have got through a moment ago. Raises TryLater.
    """

    def __call__(self, subject: str, request: Answer, mark: str, again: bool) -> Awaitable[OpenedTicket]: ...


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """What `__main__` hands to every channel."""

    enqueue: Callable[
        [Event], Awaitable[None]
    ]  # returns when the event is durable; a repeated key is no error; raises if it cannot store
    respond: Callable[..., Awaitable[Answer]]  # see Respond; for channels whose asker waits on the line
    render: Callable[[Answer], str]  # channel-neutral Markdown
    commands: Mapping[str, str]  # name of each slash command → usage hint
    label: Callable[[str, Language], str]  # what a button or a heading says: name → words, from templates/labels.md
    title: Callable[[str, Language], str]  # of an entry, by its id
    should_store: Callable[[Event], Awaitable[bool]]  # is what was only overheard worth storing?
    secrets: SecretStore
    cursors: CursorStore | None = None  # how far channels have looked; None: for those that do not look
    open_ticket: OpenTicket | None = None  # None: no helpdesk is configured for it


@dataclass(frozen=True, slots=True)
class Disabled:
    """A channel that is not configured."""

    name: str
    cure: str  # which variable turns it on


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """One line of `postbote doctor`."""

    name: str
    ok: bool
    says: str  # what was found, and the cure where it is not ok


class Channel(Protocol):
    """An open channel."""

    @property
    def name(self) -> str: ...

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Mounted in the one web server; empty where the channel needs none."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, event: Event, answer: Answer | None, *, again: bool) -> str:
        """Sends the answer, or does what `reply_to` says without one; the name of the post, empty where there is none.

        `again`: an earlier attempt may have got through, so look before sending. Raises TryLater.
        """
        ...

    async def language_hint(self, event: Event) -> Language | None:
        """The asker's language as far as the channel knows it; asked once the event is stored. None: not known."""
        ...

    async def read_full_text(self, event: Event) -> str:
        """What was said, with what the event itself only begins (long snippets). Raises TryLater."""
        ...

    async def permalink(self, event: Event) -> str:
        """Where a question stands; empty: not known."""
        ...

    async def may(self, event: Event, what: str) -> bool:
        """May the person set the mode of the place ("mode"), or read stored decisions ("edit")?"""
        ...

    async def readiness_problem(self) -> str:
        """Empty where the channel is usable, else one line for /readyz."""
        ...


class ChannelDefaults:
    """What a channel says that knows nothing of people and places; what it does know it says itself."""

    async def language_hint(self, event: Event) -> Language | None:
        """The words alone tell."""
        return None

    async def read_full_text(self, event: Event) -> str:
        """The event holds it all."""
        return event.question.text

    async def permalink(self, event: Event) -> str:
        """There is no address for it."""
        return ""

    async def may(self, event: Event, what: str) -> bool:
        """Nobody is known."""
        return False

    async def readiness_problem(self) -> str:
        """Usable whenever the server is."""
        return ""


class TicketChannel(Channel, Protocol):
    """A channel whose events are new tickets (bot/tickets/workflow.py).

    It notices them by polling, which is the truth, and by hooks, which only make it faster, and stores for each
    `bot.consider.ticket_event`, made anew as often as it likes: the key is the same. `deliver` then gets
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
        """Addresses that are ours, in lower case: every helpdesk, alias and bot."""
        ...

    @property
    def inbox(self) -> frozenset[str]:
        """Addresses that tickets of this channel are sent to; empty: not known."""
        ...

    def mode(self, queue: str) -> Mode:
        """What may be written in a queue."""
        ...

    async def fetch(self, event: Event) -> Ticket | None:
        """The ticket of an event; None where it is gone for good. Raises TryLater."""
        ...

    async def newest(self, number: int) -> Sequence[Event]:
        """Events of the newest tickets, newest first, answered or not: for the preview. Raises TryLater."""
        ...

    async def claim(self, ticket: Ticket, by: str) -> bool:
        """Marks the ticket as ours, if it is as it was fetched (ETag, modseq); True too where `by` holds it already.

        `by`: the name of this installation. False: another one has it. A system without locks marks it and says True.
        Raises TryLater.
        """
        ...


class TicketOpener(Protocol):
    """A helpdesk's channel in which tickets can be opened."""

    async def open_ticket(self, queue: str, subject: str, request: Answer, mark: str, *, again: bool) -> OpenedTicket:
        """See OpenTicket. `queue`: queue or group."""
        ...
