"""Synchronous dialogue: the reply within one request, and the record of it."""

from pathlib import Path

from sqlalchemy.exc import OperationalError

from bot.core.model import Answer, DecisionToSave, Event, Question, Reply
from bot.dialogue.synchronous import SynchronousDialogue
from bot.observability.event_log import EventLog
from bot.storage import create_storage

EVENT = Event("1", "web", Question("x"))
DECIDED = DecisionToSave(EVENT, Answer("answer", "de"), "mention")
REPLY = Reply(DECIDED.answer, decided=DECIDED)


async def handle(_: Event) -> Reply:
    return REPLY


async def test_the_decision_of_a_reply_is_saved_once(tmp_path: Path) -> None:
    saved: list[DecisionToSave] = []

    async def save(decided: DecisionToSave) -> None:
        saved.append(decided)

    storage = create_storage("", tmp_path)
    storage.database.open()
    assert await SynchronousDialogue(handle, save, storage, EventLog()).handle(EVENT) == REPLY
    storage.database.close()
    assert saved == [DECIDED]


async def test_a_database_that_is_away_costs_the_record_and_not_the_reply(tmp_path: Path) -> None:
    async def save(_: DecisionToSave) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    storage = create_storage("", tmp_path / "away")  # there is no such folder
    assert await SynchronousDialogue(handle, save, storage, EventLog()).handle(EVENT) == REPLY
    storage.database.close()
