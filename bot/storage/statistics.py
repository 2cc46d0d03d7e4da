"""Statistics for the dashboard: counts by day, feedback, the slowest answers, possible gaps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sql

from bot.core.stored_records import DailyCount, QuestionCount, StoredDecision
from bot.storage.database import DAY, Database
from bot.storage.decisions import ASKED, DECISIONS, MOST_UNANSWERED, Decisions
from bot.storage.feedback import DISLIKED, FEEDBACK, Feedback
from bot.storage.handovers import HANDOVERS

WEEK = 7 * DAY
NEVER = 1e12  # seconds since the epoch: no decision is younger
_HANDED_OVER = sql.select(HANDOVERS.c.conversation)


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """Counts of one entry: how often it was the answer, and what people made of that."""

    asked: int = 0
    helpful: int = 0  # people whose last press said so
    unhelpful: int = 0
    handed_over: int = 0  # answers in conversations in which a person was asked for

    def __add__(self, other: "EntryCounts") -> "EntryCounts":
        return EntryCounts(
            self.asked + other.asked,
            self.helpful + other.helpful,
            self.unhelpful + other.unhelpful,
            self.handed_over + other.handed_over,
        )


class Statistics:
    """Queries over decisions and feedback. All functions block, and raise DatabaseError.

    `since`: seconds since the epoch.
    """

    def __init__(self, database: Database) -> None:
        self._engine, self._decisions, self._feedback = database.engine, Decisions(database), Feedback(database)

    def daily_counts(self, since: float, until: float = NEVER) -> Sequence[DailyCount]:
        """Number of decisions for each day (UTC), channel, language and outcome, the oldest day first."""
        of = DECISIONS.c
        days = of.at / sql.literal_column(str(DAY))  # no parameter, for which each use would be computed for itself
        # SQLite's cast cuts off; PostgreSQL's rounds, and not every SQLite has floor()
        floored = days if self._engine.dialect.name == "sqlite" else sql.func.floor(days)
        day = sql.cast(floored, sql.Integer).label("day")
        alike = (day, of.channel, of.language, of.outcome)
        query = sql.select(*alike, sql.func.count()).where(of.at > since, of.at <= until).group_by(*alike).order_by(day)
        with self._engine.connect() as connection:
            return [DailyCount(*row) for row in connection.execute(query)]

    def verdicts(self, since: float, until: float = NEVER) -> Mapping[str, int]:
        """Number of people's last presses for each verdict: "helpful", "unhelpful"; one that nobody gave is missing."""
        of = FEEDBACK.c
        query = sql.select(of.verdict, sql.func.count()).where(of.at > since, of.at <= until).group_by(of.verdict)
        with self._engine.connect() as connection:
            return {str(verdict): int(number) for verdict, number in connection.execute(query)}

    def weekly_counts(self, team: str, until: float, number: int) -> Sequence[QuestionCount]:
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

    def unanswered(
        self, since: float, limit: int = MOST_UNANSWERED, *, settled: bool = False
    ) -> Sequence[StoredDecision]:
        """Decisions that may show a gap in the content (bot/core/gaps.py), newest first.

        `settled`: True: those about which an editor has done something; False: those that still wait for one.
        """
        return self._decisions.unanswered(since=since, limit=limit, settled=settled)

    def settle(self, keys: Sequence[str], how: str) -> None:
        """Records what an editor did about questions (StoredDecision.settled). `how`: empty: they wait again."""
        self._decisions.settle(keys, how)

    def unsettle(self, how: str) -> None:
        """Makes the questions wait again that were settled in this way (StoredDecision.settled)."""
        self._decisions.unsettle(how)

    def recent_questions(self, limit: int) -> Sequence[str]:
        """Texts of the newest questions that the FAQ was asked, the newest first; those without a text left out."""
        of = DECISIONS.c
        query = sql.select(of.question).where(of.outcome.in_(ASKED), of.question != "")
        with self._engine.connect() as connection:
            return [str(row.question) for row in connection.execute(query.order_by(of.at.desc()).limit(limit))]

    def entry_counts(self, since: float, until: float = NEVER) -> Mapping[str, EntryCounts]:
        """Counts of each entry that was the first of an answer."""
        of, given = DECISIONS.c, FEEDBACK.c
        presses = (
            sql.select(
                given.key,
                sql.func.sum(sql.case((given.verdict == "helpful", 1), else_=0)).label("helpful"),
                sql.func.sum(sql.case((given.verdict == "unhelpful", 1), else_=0)).label("unhelpful"),
            )
            .group_by(given.key)
            .subquery()
        )
        query = (
            sql.select(
                of.entries,
                sql.func.count(),
                sql.func.coalesce(sql.func.sum(presses.c.helpful), 0),
                sql.func.coalesce(sql.func.sum(presses.c.unhelpful), 0),
                sql.func.sum(sql.case((of.conversation.in_(_HANDED_OVER), 1), else_=0)),
            )
            .select_from(DECISIONS.outerjoin(presses, presses.c.key == of.key))
            .where(of.at > since, of.at <= until, of.outcome == "answer", of.entries != "[]")
            .group_by(of.entries)
        )
        found: dict[str, EntryCounts] = {}
        with self._engine.connect() as connection:
            for entries, *numbers in connection.execute(query):
                first = str(next(iter(json.loads(entries)), ""))
                counts = EntryCounts(*map(int, numbers))
                found[first] = found[first] + counts if first in found else counts
        return found

    def answered_with(self, entry: str, since: float, limit: int) -> Sequence[StoredDecision]:
        """Questions that were answered with an entry first, and somebody said that it did not help, newest first."""
        of = DECISIONS.c
        disliked = sql.select(FEEDBACK.c.key).where(FEEDBACK.c.verdict == "unhelpful")
        first = of.entries.startswith(json.dumps([entry])[:-1], autoescape=True)
        return self._decisions.query_decisions(
            sql.and_(of.at > since, of.outcome == "answer", first, of.key.in_(disliked)), limit
        )

    def reasons(self, key: str) -> Sequence[str]:
        """Reasons why an answer was not helpful, the newest first."""
        return self._feedback.reasons(key)

    def decision(self, key: str) -> StoredDecision | None:
        """Decision about one event; None where none is kept."""
        return self._decisions.get(key)
