"""Ticket as a place of a handover, beside threads in Slack ("team:channel:ts"). Pure."""

from dataclasses import dataclass

_BEGIN = "ticket/"


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """Ticket of a helpdesk, as text "ticket/rt/rt.example.org/17"."""

    system: str  # "rt" or "zammad": the channel's folder
    account: str  # the helpdesk's host, with its port and path where it has them
    ticket: str  # its id

    def to_text(self) -> str:
        """Text by which the handover is kept; `to_ticket_place` reads it."""
        return f"{tickets_of(self.system, self.account)}{self.ticket}"


def tickets_of(system: str, account: str) -> str:
    """Beginning of the places of all tickets of one helpdesk."""
    return f"{_BEGIN}{system}/{account}/"


def to_ticket_place(place: str) -> TicketPlace | None:
    """Ticket that a place is; None where it is a thread in Slack."""
    if not place.startswith(_BEGIN):
        return None
    system, _, rest = place.removeprefix(_BEGIN).partition("/")
    account, _, ticket = rest.rpartition("/")
    return TicketPlace(system, account, ticket)


def is_ticket(place: str) -> bool:
    """True for the place of a ticket, False for a thread in Slack."""
    return place.startswith(_BEGIN)
