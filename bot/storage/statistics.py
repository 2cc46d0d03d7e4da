"""Statistics for the dashboard: counts by day, feedback, the slowest answers, possible gaps."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sql

from bot.core.model import DailyCount, QuestionCount, StoredDecision
from bot.storage.database import DAY, Database
from bot.storage.decisions import ASKED, DECISIONS, MOST_UNANSWERED, Decisions
from bot.storage.feedback import DISLIKED, FEEDBACK

WEEK = 7 * DAY


class Statistics:
    """Queries over decisions and feedback. All functions block, and raise DatabaseError.

    `since`: seconds since the epoch.
    """

    def __init__(self, database: Database) -> None:
        self._engine, self._decisions = database.engine, Decisions(database)

    def tallies(self, since: float) -> Sequence[DailyCount]:
        """Number of decisions for each day (UTC), channel, language and outcome, the oldest day first."""
        of = DECISIONS.c
        days = of.at / sql.literal_column(str(DAY))  # no parameter, for which each use would be computed for itself
        # SQLite's cast cuts off; PostgreSQL's rounds, and not every SQLite has floor()
        floored = days if self._engine.dialect.name == "sqlite" else sql.func.floor(days)
        day = sql.cast(floored, sql.Integer).label("day")
        alike = (day, of.channel, of.language, of.outcome)
        query = sql.select(*alike, sql.func.count()).where(of.at > since).group_by(*alike).order_by(day)
        with self._engine.connect() as connection:
            return [DailyCount(*row) for row in connection.execute(query)]

    def verdicts(self, since: float) -> Mapping[str, int]:
        """Number of people's last presses for each verdict: "helpful", "unhelpful"; one that nobody gave is missing."""
        of = FEEDBACK.c
        query = sql.select(of.verdict, sql.func.count()).where(of.at > since).group_by(of.verdict)
        with self._engine.connect() as connection:
            return {str(verdict): int(number) for verdict, number in connection.execute(query)}

    def weeks(self, team: str, until: float, number: int) -> Sequence[QuestionCount]:
        """Counts of the questions of a team, of everybody where empty, in the weeks before `until`, the newest first.

        A question counts as unanswered for the same reasons as it is a gap (bot/core/gaps.py).
        """
        of = DECISIONS.c
        unchosen = sql.and_(of.outcome == "suggest", of.chosen == "")
        wrong = sql.or_(of.outcome.in_(("decline", "failure")), unchosen, of.key.in_(DISLIKED))
        found = []
        for end in (until - n * WEEK for n in range(number)):
            where = [of.at > end - WEEK, of.at <= end, of.question != ""]
            where += [of.place.startswith(f"{team}:", autoescape=True)] if team else []
            asked = sql.select(sql.func.count(), sql.func.sum(sql.case((wrong, 1), else_=0)))
            asked = asked.where(sql.and_(*where), sql.or_(of.outcome.in_(ASKED), wrong))
            with self._engine.connect() as connection:
                total, unanswered = connection.execute(asked).one()
            found.append(QuestionCount(int(total), int(unanswered or 0)))
        return found

    def slowest(self, since: float, limit: int) -> Sequence[StoredDecision]:
        """Decisions whose time is known, the slowest first."""
        of = DECISIONS.c
        return self._decisions.query_decisions(sql.and_(of.at > since, of.took > 0), limit, of.took.desc())

    def unanswered(self, since: float, limit: int = MOST_UNANSWERED) -> Sequence[StoredDecision]:
        """Decisions that may show a gap in the content (bot/core/gaps.py), newest first."""
        return self._decisions.unanswered(since=since, limit=limit)

    def decision(self, key: str) -> StoredDecision | None:
        """Decision about one event; None where none is kept."""
        return self._decisions.get(key)
