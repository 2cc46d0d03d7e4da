"""Storage on SQLite, and on the PostgreSQL server that POSTBOTE_TEST_POSTGRES names; decisions to put in it."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.answering.engine import AnswerEngine
from bot.answering.router import answer_question
from bot.core.model import Answer, Event, Question
from bot.storage import Storage, create_storage
from tests.prepared import prepare
from tests.servers.postgres import DATABASES, new_database


@pytest.fixture(params=DATABASES)
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """A new database for each test: limits, retention and statistics are about all that there is."""
    url = new_database(request.param)
    if not url:
        prepare(tmp_path)
    opened = create_storage(url, tmp_path)
    opened.database.open()
    yield opened
    opened.database.close()


@pytest.fixture
def talk() -> str:
    return f"T1:C1:{uuid.uuid4()}"


def event(talk: str, ts: str, text: str) -> Event:
    return Event(f"{talk}:{ts}", "slack", Question(text), {}, talk)


def answered(engine: AnswerEngine, text: str) -> Answer:
    return answer_question(engine.matcher, Question(text))


def told(engine: AnswerEngine, storage: Storage, talk: str, ts: str, text: str, **more: Any) -> Event:
    """A question that was answered, in a place of its own."""
    location = ":".join(talk.split(":")[:2])
    one = Event(f"{talk}:{ts}:question", "slack", Question(text), {}, talk, location=location, person="T1:U1")
    storage.decisions.save(one, answered(engine, text), **more)
    return one
