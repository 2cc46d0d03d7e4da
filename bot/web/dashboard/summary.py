"""Summary for the dashboard from daily counts: a table beside each chart, so that nobody needs to see the chart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from starlette.requests import Request

from bot.core.stored_records import DailyCount

DAY = 86_400.0
PERIODS = (7, 30, 90)  # days

KINDS = ("answer", "suggest", "decline", "failure", "command", "silent")  # in this order, everywhere
QUESTIONS = KINDS[:4]  # a question was decided; the rest are commands, small talk, and what was only overheard


def days_of(request: Request) -> int:
    """Period that a request asks for, one of PERIODS."""
    asked = request.query_params.get("days", "")
    return int(asked) if asked in map(str, PERIODS) else PERIODS[1]


def to_trend(
    rows: Iterable[DailyCount], verdicts: Mapping[str, int], total: Mapping[str, int], now: Mapping[str, int]
) -> Mapping[str, int | None]:
    """Change of each figure against the period before; None where nothing was asked then.

    `rows`, `verdicts`: of the period before; `total`, `now`: counts and verdicts of this one. The share's change is
    in percentage points, and None where either period has none.
    """
    before = _counts(rows)
    asked = sum(before[kind] for kind in QUESTIONS)
    if not asked:
        return dict.fromkeys(("asked", "share", "helpful", "unhelpful"))
    old, new = _share(before), _share(total)
    return {
        "asked": sum(total[kind] for kind in QUESTIONS) - asked,
        "share": None if old is None or new is None else new - old,
        **{name: now.get(name, 0) - verdicts.get(name, 0) for name in ("helpful", "unhelpful")},
    }


def to_overview(rows: Sequence[DailyCount], verdicts: Mapping[str, int], last: date, days: int) -> Mapping[str, Any]:
    """Facts for overview.html. `last`: the newest day, UTC."""
    total = _counts(rows)
    return {
        "kinds": KINDS,
        "total": total,
        "asked": sum(total[kind] for kind in QUESTIONS),
        "share": _share(total),
        "by_day": _by_day(rows, last, days),
        "by_channel": _by_channel(rows),
        "helpful": verdicts.get("helpful", 0),
        "unhelpful": verdicts.get("unhelpful", 0),
    }


def kind_of(outcome: str) -> str:
    """Kind of an outcome, one of KINDS: a command or small talk is stored under its template's name."""
    return outcome if outcome in KINDS else "command"


def utc_text(at: float) -> str:
    """Time as text, "2026-11-25 14:03" in UTC, of seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _by_day(rows: Iterable[DailyCount], last: date, days: int) -> list[Mapping[str, Any]]:
    """Rows for every day of the period, also those on which nothing was asked."""
    found: dict[int, list[DailyCount]] = {}
    for row in rows:
        found.setdefault(row.day, []).append(row)
    dates = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    counted = [(one, _counts(found.get((one - date(1970, 1, 1)).days, []))) for one in dates]
    return [{"day": one.isoformat(), "counts": c, "asked": sum(c[kind] for kind in QUESTIONS)} for one, c in counted]


def _by_channel(rows: Iterable[DailyCount]) -> list[Mapping[str, Any]]:
    found: dict[tuple[str, str], list[DailyCount]] = {}
    for row in rows:
        found.setdefault((row.channel, row.language), []).append(row)
    return [
        {"channel": channel, "language": language, "counts": _counts(of), "share": _share(_counts(of))}
        for (channel, language), of in sorted(found.items())
    ]


def _counts(rows: Iterable[DailyCount]) -> dict[str, int]:
    counts = dict.fromkeys(KINDS, 0)
    for row in rows:
        counts[kind_of(row.outcome)] += row.count
    return counts


def _share(counts: Mapping[str, int]) -> int | None:
    """Share of the questions that were answered, in percent; None where nothing was asked."""
    asked = sum(counts[kind] for kind in QUESTIONS)
    return round(100 * counts["answer"] / asked) if asked else None
