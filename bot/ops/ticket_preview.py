"""Dry run over the newest tickets: what would have been written, and why, so that a team can decide on public replies.

For `postbote tickets preview`. Nothing is written and nothing is marked. Each ticket is looked at as if it had just
come in, in a public queue, and alone: what people have answered since, modes and limits per sender are left out.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from bot.channels import find_channels
from bot.contracts.channel import Disabled
from bot.contracts.channel_context import ChannelContext
from bot.contracts.engine import Engine, Respond
from bot.contracts.tickets import TicketChannel
from bot.core.mail.auto_response import MailboxContext
from bot.core.model import Mode, Ticket, TryLater
from bot.settings import Settings
from bot.tickets.assessment import Assessment, assess


@dataclass(frozen=True, slots=True)
class Previewed:
    """Dry run of one ticket."""

    ticket: Ticket
    mode: Mode  # of its queue, as it is set now
    assessment: Assessment


class NullCursors:
    """Cursor store that keeps nothing: a dry run moves no cursor."""

    def read(self, key: str) -> str:
        """Always empty."""
        return ""

    def save(self, key: str, place: str) -> None:
        """No effect."""


def open_channels(settings: Settings, engine: Engine) -> Mapping[str, TicketChannel]:
    """Ticket channels that are configured, by name, also those whose mode is off; none of them is started."""
    named = [name for name in find_channels() if f"postbote_{name}_mode" in Settings.model_fields]
    noted = settings.model_copy(update={f"postbote_{name}_mode": "note" for name in named})
    unused = cast("Any", None)  # no ticket channel keeps secrets, or belongs to a workspace
    context = ChannelContext(engine=engine, enqueue=_refuse, secrets=unused, erase_team=unused, cursors=NullCursors())
    opened = {name: find_channels()[name](noted, context) for name in named}
    return {
        name: cast("TicketChannel", channel)
        for name, channel in opened.items()
        if not isinstance(channel, Disabled) and hasattr(channel, "newest")
    }


async def preview(
    channels: Mapping[str, TicketChannel], modes: Callable[[str, str], Mode], respond: Respond, last: int
) -> AsyncIterator[Previewed]:
    """Dry run of the `last` newest tickets of each system, newest first, one system after the other.

    `modes`: channel, queue → its mode. Stops the channels at the end. Raises TryLater.
    """
    try:
        for name, channel in channels.items():
            for event in await channel.newest(last):
                ticket = await channel.fetch(event)
                if ticket is None:
                    continue
                context = MailboxContext(channel.own, channel.inbox)
                found = await assess(replace(ticket, answered=False), context, respond)
                yield Previewed(ticket, modes(name, ticket.queue), found)
    finally:
        for channel in channels.values():
            await channel.stop()
            await channel.close()


def to_json(shown: Previewed, reply: str) -> dict[str, Any]:
    """JSON object for machines: `verdict` is what a public queue would do, `now` what this one does.

    `reply`: the text that would be written; empty: none.
    """
    found, ticket = shown.assessment, shown.ticket
    decision = found.answer.decision
    now, _ = found.in_mode(shown.mode)
    return {
        "system": ticket.system,
        "number": ticket.number,
        "queue": ticket.queue,
        "created": datetime.fromtimestamp(ticket.created, UTC).isoformat(timespec="minutes"),
        "subject": ticket.subject,
        "url": ticket.url,
        "verdict": found.verdict,
        "mode": shown.mode,
        "now": now,
        "reasons": list(found.reasons),
        "outcome": decision.outcome if decision else "decline",
        "entries": list(decision.entries) if decision else [],
        "score": round(decision.score, 2) if decision else 0.0,
        "language": found.answer.language,
        "answered": ticket.answered,
        "reply": reply,
    }


def to_text(facts: Mapping[str, Any]) -> str:
    """Text for people, of what `to_json` tells."""
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
    """Last line: how many tickets got each verdict, and why the silent ones did."""
    verdicts = Counter(facts["verdict"] for facts in all_facts)
    silent = Counter(reason for facts in all_facts if facts["verdict"] == "silent" for reason in facts["reasons"])
    why = ", ".join(f"{number} {reason}" for reason, number in silent.most_common())
    return (
        f"{len(all_facts)} tickets: {verdicts['public']} public, {verdicts['note']} notes, {verdicts['silent']} silent"
        f"{f' ({why})' if why else ''}. Nothing was written."
    )


async def _refuse(*_: Any) -> Any:
    raise TryLater("a preview writes nothing")
