"""What the dashboard asks of the store: counts by day, the slowest answers, what may be a gap."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sql

from bot.core.model import DailyCount, StoredDecision
from bot.storage.schema import METADATA
from bot.storage.store import DAY, Store


class Statistics:
    """All functions block, and raise what the database raises. `since`: seconds since the epoch."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._decisions = METADATA.tables["postbote_decisions"]
        self._feedback = METADATA.tables["postbote_feedback"]

    def tallies(self, since: float) -> Sequence[DailyCount]:
        """How many decisions a day (UTC), channel, language and outcome, the oldest day first."""
        of = self._decisions.c
        days = of.at / DAY  # SQLite's cast cuts off; PostgreSQL's rounds, and not every SQLite has floor()
        floored = days if self._store.engine.dialect.name == "sqlite" else sql.func.floor(days)
        day = sql.cast(floored, sql.Integer).label("day")
        alike = (day, of.channel, of.language, of.outcome)
        query = sql.select(*alike, sql.func.count()).where(of.at > since).group_by(*alike).order_by(day)
        with self._store.engine.connect() as connection:
            return [DailyCount(*row) for row in connection.execute(query)]

    def verdicts(self, since: float) -> Mapping[str, int]:
        """How often each is the last press of a person: "helpful", "unhelpful"."""
        of = self._feedback.c
        query = sql.select(of.verdict, sql.func.count()).where(of.at > since).group_by(of.verdict)
        with self._store.engine.connect() as connection:
            return {str(verdict): int(number) for verdict, number in connection.execute(query)}

    def slowest(self, since: float, limit: int) -> Sequence[StoredDecision]:
        """The slowest first, of those whose time is known."""
        of = self._decisions.c
        return self._store.kept(sql.and_(of.at > since, of.took > 0), limit, of.took.desc())

    def unanswered(self, since: float, limit: int) -> Sequence[StoredDecision]:
        """Newest first: what may be a gap (bot/core/gaps.py)."""
        of = self._decisions.c
        disliked = sql.select(self._feedback.c.key).where(self._feedback.c.verdict == "unhelpful")
        wrong = sql.or_(of.outcome.in_(("decline", "suggest", "failure")), of.key.in_(disliked))
        return self._store.kept(sql.and_(of.at > since, wrong), limit)

    def decision(self, key: str) -> StoredDecision | None:
        """The decision about one event; None where none is kept."""
        return self._store.decision(key)
