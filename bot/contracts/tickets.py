"""Contracts of ticket channels, and of those who open tickets and write in them; the mark of what they write."""

import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.contracts.channel import Channel
from bot.core.model import Answer, Event, Mode, Ticket
from bot.core.ticket_place import TicketPlace


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


class TicketChannel(Channel, Protocol):
    """Ticket channel: its events are new tickets (bot/tickets/workflow.py).

    It notices them by polling, which is the truth, and by hooks, which only make it faster, and stores for each
    `bot.tickets.events.ticket_event`, made anew as often as it likes: the key is the same. `deliver` then gets
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


def idempotency_key(of: str) -> str:
    """Idempotency key, 24 hexadecimal digits: the mark by which a ticket or message is found again after a crash.

    `of`: what is the same for the same request, such as its event's key.
    """
    return hashlib.sha256(of.encode()).hexdigest()[:24]
