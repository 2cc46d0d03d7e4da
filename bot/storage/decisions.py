"""Decisions about events: for follow-ups, for `why`, for gaps, for undelivered replies.

Addresses and secrets are taken out before anything is written, but for the reply, which is kept until it is delivered.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sql

from bot.core.model import Answer, Event, PreviousQuestion, Reply
from bot.core.privacy.redaction import redact
from bot.core.stored_records import StoredDecision
from bot.core.text.normalize import clean
from bot.storage.database import Database
from bot.storage.deleted_questions import DELETED
from bot.storage.feedback import DISLIKED, FEEDBACK, newest_reason, unhelpful_count
from bot.storage.modes import DEFAULT_MODE, MODE
from bot.storage.schema import METADATA, at_column, key_column, short_column, text_column, upsert
from bot.storage.serialization import reply_to_text
from bot.storage.threads import touch_thread

CONVERSATION_LASTS = 24 * 3_600.0  # seconds for which a follow-up question is understood by the one before
LONGEST = 2_000  # characters of a question that are kept
OFFERED = 3  # entries that a menu shows (SUGGESTIONS of bot/core/matching/decision.py)
MOST_UNANSWERED = 2_000  # newest questions that gaps are made of, where fewer are not asked for

ASKED = ("answer", "suggest", "decline")  # outcomes of questions: a "danke" or a command between them changes nothing

DECISIONS = sql.Table(
    "postbote_decisions",
    METADATA,
    key_column("key", "mentions", primary_key=True),  # the event's
    key_column("conversation", "mentions"),
    at_column(),
    short_column("language", 2, default=None),
    text_column("understood", "mentions"),
    text_column("question", "mentions"),
    text_column("outcome", "none"),
    text_column("entries", "none"),  # ids, as a JSON list
    text_column("reason", "mentions"),
    text_column("why", "mentions"),
    text_column("sent", "mentions"),  # the channel's id of the reply that was posted; a mail's may hold an address
    text_column("link", "mentions"),
    text_column("chosen", "mentions"),  # comes with a press
    text_column("reply", "mentions"),  # JSON, in full, until it is delivered
    key_column("place", "mentions"),  # StoredDecision.location; the name in the database stays, as its rows do
    key_column("person", "owner"),
    key_column("channel", "none"),
    sql.Column("took", sql.Float, nullable=False, server_default="0"),  # seconds from receipt to delivery; 0: not known
    text_column("settled", "none"),  # StoredDecision.settled
    sql.Index("postbote_decisions_conversation", "conversation", "at"),
    sql.Index("postbote_decisions_person", "person", "at"),
    # What is newest, and what has expired; all that the dashboard counts by day is in the index itself
    sql.Index("postbote_decisions_at", "at", "channel", "language", "outcome"),
    sql.Index("postbote_decisions_took", "took", "at"),
)

_STORED_COLUMNS = [
    *(column for column in DECISIONS.c if column.name not in ("reply", "place")),
    DECISIONS.c.place.label("location"),
]
# Statements of every question are built once: the newest question before it in its conversation, with what else is to
# be known of it, in one row; its reply
_BEFORE = (
    sql.select(DECISIONS.c.understood, DECISIONS.c.language, DECISIONS.c.outcome, DECISIONS.c.entries)
    .where(DECISIONS.c.conversation == sql.bindparam("conversation"), DECISIONS.c.key != sql.bindparam("key"))
    .where(DECISIONS.c.at > sql.bindparam("since"))
    .where(sql.or_(*(DECISIONS.c.outcome == asked for asked in ASKED)))
    .order_by(DECISIONS.c.at.desc())
    .limit(1)
    .subquery()
)
_CONTEXT = sql.select(
    _BEFORE, MODE.scalar_subquery().label("mode"), sql.exists(DELETED.subquery()).label("deleted")
).select_from(sql.select(sql.literal_column("1")).subquery().outerjoin(_BEFORE, sql.true()))
_REPLY = sql.select(DECISIONS.c.reply).where(DECISIONS.c.key == sql.bindparam("key"))


@dataclass(frozen=True, slots=True)
class Context:
    """Context of a question: what is known before it is understood."""

    before: PreviousQuestion | None = None  # None: there is none, or it is too long ago
    mode: str = DEFAULT_MODE  # of its location (Modes.get)
    deleted: bool = False  # True if its message is gone


class Decisions:
    """Store of decisions, by the event's key. All functions block."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def context_of(self, event: Event) -> Context:
        """Question before this one in its conversation, the mode of its location, and its deletion, in one look."""
        values = {
            "conversation": event.conversation,
            "key": event.key,
            "since": time.time() - CONVERSATION_LASTS,
            "location": event.location,
            "of": event.key,
        }
        with self._database.engine.connect() as connection:
            row = connection.execute(_CONTEXT, values).one()
        is_followed = event.conversation and row.outcome is not None
        before = _to_previous(row) if is_followed else self._beginning_of_thread(event)
        return Context(before, (event.location and row.mode) or DEFAULT_MODE, bool(row.deleted))

    def _beginning_of_thread(self, event: Event) -> PreviousQuestion | None:
        """Question that a thread in a direct message began with: it was asked outside of it."""
        root = event.reply_to.get("thread_ts", "") if event.facts.get("direct") else ""
        kept = self.by_message(event.location, root) if root else None
        if kept is None or kept.outcome not in ASKED:
            return None
        menu = kept.entries[:OFFERED] if kept.outcome == "suggest" else ()
        return PreviousQuestion(kept.understood, kept.language, menu)

    def save(
        self,
        event: Event,
        answer: Answer,
        *,
        reason: str = "",
        why: str = "",
        link: str = "",
        spoke: bool = False,
        reply: Reply | None = None,
    ) -> None:
        """Saves what was decided about an event; once more for the same key replaces it.

        `reason`: set where nothing was said. `why`: the explanation; the decision behind it is redacted already, and
        once more it lost evidence ("concept password: <secret>"). `spoke`: the bot speaks in the event's thread, which
        is noted in the same commit. `reply`: what will be delivered, in full, kept until it is.
        """
        row = _to_row(event, answer, reason) | {
            "why": why,
            "link": link,
            "reply": reply_to_text(reply) if reply else "",
        }
        with self._database.transaction() as connection:  # one commit for both
            connection.execute(upsert(DECISIONS, tuple(row)), row)
            if spoke and event.conversation:
                touch_thread(connection, event.conversation, event.person)

    def get(self, key: str) -> StoredDecision | None:
        """Decision about one event; None where none is kept."""
        found = self.query_decisions(sql.and_(DECISIONS.c.key == key), 1)
        return found[0] if found else None

    def by_message(self, location: str, post: str) -> StoredDecision | None:
        """Decision about a message, or behind a reply, by location and the channel's id of it; None: not kept."""
        of = DECISIONS.c
        here = sql.or_(of.key.startswith(f"{location}:{post}:", autoescape=True), of.sent == post)
        found = self.query_decisions(sql.and_(of.place == location, here), 1)
        return found[0] if found else None

    def recent(
        self, team: str = "", person: str = "", since: float = 0.0, limit: int = 5_000
    ) -> Sequence[StoredDecision]:
        """Decisions, newest first; of one team ("T0001"), of one person ("T0001:U1"), or of all.

        `since`: seconds since the epoch.
        """
        where = [*_within(team, since), *([DECISIONS.c.person == person] if person else [])]
        return self.query_decisions(sql.and_(*where), limit)

    def unanswered(
        self, team: str = "", since: float = 0.0, limit: int = MOST_UNANSWERED, *, settled: bool = False
    ) -> Sequence[StoredDecision]:
        """Decisions that may show a gap in the content (bot/core/gaps.py), newest first; of one team, or of all.

        `settled`: True: those about which an editor has done something; False: those that still wait for one.
        """
        of = DECISIONS.c
        wrong = sql.or_(of.outcome.in_(("decline", "suggest", "failure")), of.key.in_(DISLIKED))
        state = of.settled != "" if settled else of.settled == ""
        return self.query_decisions(sql.and_(*_within(team, since), wrong, state), limit)

    def settle(self, keys: Sequence[str], how: str) -> None:
        """Records what an editor did about questions (StoredDecision.settled). `how`: empty: they wait again."""
        self._database.execute(sql.update(DECISIONS).where(DECISIONS.c.key.in_(keys)).values(settled=how))

    def unsettle(self, how: str) -> None:
        """Questions that were settled in this way wait again."""
        self._database.execute(sql.update(DECISIONS).where(DECISIONS.c.settled == how).values(settled=""))

    def count(self) -> int:
        """Number of all decisions that are kept."""
        return int(self._database.fetch_first(sql.select(sql.func.count()).select_from(DECISIONS))[0])

    def undelivered_reply(self, key: str) -> Mapping[str, Any] | None:
        """Reply to an event as bot/storage/serialization.py reads it, until it is delivered; None: nothing is kept."""
        row = self._database.fetch_first(_REPLY, {"key": key})
        return json.loads(row.reply) if row and row.reply else None

    def record_choice(self, key: str, entry: str) -> None:
        """Records that a suggestion was clicked."""
        self._database.execute(sql.update(DECISIONS).where(DECISIONS.c.key == key).values(chosen=entry))

    def last_asked(self, conversation: str, before: str) -> StoredDecision | None:
        """Newest question of a conversation that the FAQ was asked; None: there is none within a day.

        `before`: key of the event that is left out.
        """
        of = DECISIONS.c
        asked = of.outcome.in_(ASKED)
        recent = of.at > time.time() - CONVERSATION_LASTS
        here = sql.and_(of.conversation == conversation, of.key != before, asked, recent)
        found = self.query_decisions(here, 1) if conversation else []
        return found[0] if found else None

    def delete(self, key: str) -> str:
        """Deletes the decision about an event and the feedback on it, because its question was deleted.

        Returns the channel's id of the reply that was posted; empty: none was yet. A delivery that is being recorded is
        waited for (Storage.mark_delivered).
        """
        held = sql.update(DECISIONS).where(DECISIONS.c.key == key).values(chosen=DECISIONS.c.chosen)
        with self._database.transaction() as connection:
            connection.execute(held)
            row = connection.execute(sql.select(DECISIONS.c.sent).where(DECISIONS.c.key == key)).first()
            delete_decision(connection, key)
        return str(row.sent) if row else ""

    def query_decisions(
        self, where: sql.ColumnElement[bool], limit: int, order: sql.ColumnElement[Any] | None = None
    ) -> list[StoredDecision]:
        """Decisions that fulfil `where`, in the order given, else the newest first."""
        of = DECISIONS.c
        order = of.at.desc() if order is None else order
        feedback = unhelpful_count(of.key).label("unhelpful"), newest_reason(of.key).label("remark")
        query = sql.select(*_STORED_COLUMNS, *feedback).where(where).order_by(order).limit(limit)
        with self._database.engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [StoredDecision(**{**row, "entries": tuple(json.loads(row["entries"] or "[]"))}) for row in rows]


def _to_previous(row: Any) -> PreviousQuestion:
    menu = json.loads(row.entries or "[]")[:OFFERED] if row.outcome == "suggest" else ()
    return PreviousQuestion(row.understood, row.language, tuple(menu))


def delete_decision(connection: sql.Connection, key: str) -> None:
    """`Decisions.delete` within the caller's transaction."""
    for table in (DECISIONS, FEEDBACK):
        connection.execute(sql.delete(table).where(table.c.key == key))


def mark_decision_delivered(connection: sql.Connection, key: str, post: str, seconds: float) -> None:
    """Records a delivery within the caller's transaction (Storage.mark_delivered); the kept reply goes."""
    values: dict[str, Any] = ({"sent": post} if post else {}) | ({"took": seconds} if seconds else {}) | {"reply": ""}
    connection.execute(_delivered(tuple(values)), values | {"of": key})


@lru_cache(4)
def _delivered(columns: tuple[str, ...]) -> sql.Update:
    """Statement that records a delivery in these columns; built once each, as every question needs it."""
    values: dict[str, Any] = {name: sql.bindparam(name) for name in columns}
    return sql.update(DECISIONS).where(DECISIONS.c.key == sql.bindparam("of")).values(values)


def _within(team: str, since: float) -> Sequence[sql.ColumnElement[bool]]:
    """Conditions: newer than `since`, and of the team, where one is given."""
    of = DECISIONS.c
    return [of.at > since, *([of.place.startswith(f"{team}:", autoescape=True)] if team else [])]


def _to_row(event: Event, answer: Answer, reason: str) -> dict[str, Any]:
    """Columns that follow from event and answer."""
    decision = answer.decision
    silent = bool(reason)
    outcome = "silent" if silent else answer.outcome
    understood = decision.normalised if decision and outcome in ("answer", "suggest") else ""
    # A command's argument is an address or a domain more often than not; with /faq it is a question
    asked = event.question.text if decision or not event.question.command else event.question.command
    question = "" if silent else asked
    return {
        "key": event.key,
        "conversation": event.conversation,
        "at": time.time(),
        "language": answer.language,
        "understood": redact(understood)[:LONGEST],
        "question": redact(clean(question))[:LONGEST],  # cleaned, as invisible characters hide an address
        "outcome": outcome,
        "entries": json.dumps(list(decision.entries) if decision else []),
        "reason": reason,
        "place": event.location,
        "person": event.person,
        "channel": event.channel,
    }
