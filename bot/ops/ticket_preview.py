"""What would have been written in the newest tickets, and why: so that a team can decide to switch public replies on.

Nothing is written and nothing is marked. Each ticket is looked at as if it had just come in, in a public queue, and
alone: what people have answered since, the modes and the limits per sender are left out.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from bot.channels import find_channels
from bot.contracts import ChannelContext, Disabled, Engine, TicketChannel
from bot.core.mail.auto_response import MailboxContext
from bot.core.model import Event, Mode, Ticket, TryLater
from bot.settings import Settings
from bot.tickets.assessment import Ask, Assessment, consider


class Newest(TicketChannel, Protocol):
    """A ticket channel that can list what came last."""

    async def newest(self, number: int) -> Sequence[Event]:
        """Events of the newest tickets, newest first, answered or not. Raises TryLater."""
        ...


@dataclass(frozen=True, slots=True)
class Previewed:
    """One ticket."""

    ticket: Ticket
    mode: Mode  # of its queue, as it is set now
    considered: Assessment


class Nowhere:
    """Nothing is kept of a preview."""

    def read(self, key: str) -> str:
        """Nothing."""
        return ""

    def save(self, key: str, place: str) -> None:
        """Nothing."""


def open_channels(settings: Settings, engine: Engine) -> Mapping[str, Newest]:
    """The ticket channels that are configured, also those whose mode is off; none of them is started."""
    named = [name for name in find_channels() if f"postbote_{name}_mode" in Settings.model_fields]
    noted = settings.model_copy(update={f"postbote_{name}_mode": "note" for name in named})
    context = ChannelContext(
        engine=engine,
        enqueue=_nothing,
        secrets=cast("Any", None),  # no ticket channel keeps secrets, or belongs to a workspace
        erase_team=cast("Any", None),
        cursors=Nowhere(),
    )
    opened = {name: find_channels()[name](noted, context) for name in named}
    return {
        name: cast("Newest", channel)
        for name, channel in opened.items()
        if not isinstance(channel, Disabled) and hasattr(channel, "newest")
    }


async def preview(
    channels: Mapping[str, Newest], modes: Callable[[str, str], Mode], ask: Ask, last: int
) -> AsyncIterator[Previewed]:
    """Newest first, of one system after the other. `modes`: channel, queue → its mode. Raises TryLater."""
    try:
        for name, channel in channels.items():
            for event in await channel.newest(last):
                ticket = await channel.fetch(event)
                if ticket is None:
                    continue
                known = MailboxContext(channel.own, channel.inbox)
                found = await consider(replace(ticket, answered=False), known, ask)
                yield Previewed(ticket, modes(name, ticket.queue), found)
    finally:
        for channel in channels.values():
            await channel.stop()


def to_json(shown: Previewed, reply: str) -> dict[str, Any]:
    """For machines; `verdict` is what a public queue would do, `now` what this one does."""
    found, ticket = shown.considered, shown.ticket
    decision = found.answer.decision
    return {
        "system": ticket.system,
        "number": ticket.number,
        "queue": ticket.queue,
        "created": datetime.fromtimestamp(ticket.created, UTC).isoformat(timespec="minutes"),
        "subject": ticket.subject,
        "url": ticket.url,
        "verdict": found.verdict,
        "mode": shown.mode,
        "now": "silent"
        if shown.mode == "off"
        else "note"
        if shown.mode != found.verdict == "public"
        else found.verdict,
        "reasons": list(found.reasons),
        "outcome": decision.outcome if decision else "decline",
        "entries": list(decision.entries) if decision else [],
        "score": round(decision.score, 2) if decision else 0.0,
        "language": found.answer.language,
        "answered": ticket.answered,
        "reply": reply,
    }


def to_text(facts: Mapping[str, Any]) -> str:
    """For people."""
    entries = ", ".join(facts["entries"]) or "-"
    lines = [
        f"{facts['system']} {facts['number']}  {facts['queue']}  {facts['created']}  {facts['subject']}",
        f"  would be    {facts['verdict']} (the queue's mode is {facts['mode']}, so now: {facts['now']})",
        f"  reasons     {', '.join(facts['reasons']) or 'nothing speaks against an answer'}",
        f"  entries     {entries}, {facts['outcome']}, certainty {facts['score']:.2f}, {facts['language']}",
        f"  answered    {'by a person or a bot' if facts['answered'] else 'not yet'}",
        f"  open        {facts['url']}",
        *(f"  | {line}" for line in facts["reply"].split("\n") if facts["reply"]),
    ]
    return "\n".join(lines)


def summary(all_facts: Sequence[Mapping[str, Any]]) -> str:
    """How many of each; and why the silent ones are."""
    verdicts = Counter(facts["verdict"] for facts in all_facts)
    silent = Counter(reason for facts in all_facts if facts["verdict"] == "silent" for reason in facts["reasons"])
    why = ", ".join(f"{number} {reason}" for reason, number in silent.most_common())
    return (
        f"{len(all_facts)} tickets: {verdicts['public']} public, {verdicts['note']} notes, {verdicts['silent']} silent"
        f"{f' ({why})' if why else ''}. Nothing was written."
    )


async def _nothing(*_: Any) -> Any:
    raise TryLater("a preview writes nothing")
