"""Events of tickets: that there is one, and what an agent says of what was decided about it. Pure."""

from bot.core.model import Event, Question


def to_event_key(system: str, account: str, ticket: str) -> str:
    """Key of a ticket's event: the same however often, and on whichever way, the ticket is noticed."""
    return f"{system}:{account}:ticket:{ticket}"


def ticket_event(system: str, account: str, ticket: str, **reply_to: str) -> Event:
    """Event that a channel enqueues as soon as it knows that there is a ticket, whatever the ticket says.

    `ticket`: its id; `reply_to`: what else the channel needs to fetch it or to answer.
    """
    key, facts = to_event_key(system, account, ticket), {"account": account, "ticket": ticket}
    return Event(key, system, Question(""), {"ticket": ticket, **reply_to}, "", "ticket", facts)


def feedback_event(system: str, account: str, ticket: str, post: str, person: str, verdict: str) -> Event:
    """Event of an agent's verdict on what was decided about a ticket.

    `post`: id of what says so (a comment, a tag); `person`: who; empty: not known. `verdict`: helpful or unhelpful.
    """
    of = to_event_key(system, account, ticket)
    facts = {"key": of, "verdict": verdict}
    return Event(f"{of}:{post}:{verdict}", system, Question(""), {}, "", "ticket_feedback", facts, person=person)
