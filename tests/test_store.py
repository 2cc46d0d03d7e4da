"""The memory of conversations, on the database that POSTBOTE_TEST_POSTGRES names, else on SQLite."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import Mind
from bot.core.model import Answer, Before, Event, Question
from bot.respond import ask
from bot.store import Store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = os.environ.get("POSTBOTE_TEST_POSTGRES", "") if request.param == "postgresql" else ""
    if request.param == "postgresql" and not url:
        pytest.skip("POSTBOTE_TEST_POSTGRES names no PostgreSQL server; .ci/run starts one")
    opened = Store(url, tmp_path)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def talk() -> str:
    return f"T1:C1:{uuid.uuid4()}"


def event(talk: str, ts: str, text: str) -> Event:
    return Event(f"{talk}:{ts}", "slack", Question(text), {}, talk)


def answered(mind: Mind, text: str) -> Answer:
    return ask(mind.core, Question(text))


def test_the_question_before_is_remembered(store: Store, mind: Mind, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(mind, "Welcher Port für POP3 mit SSL?"))
    assert store.before(event(talk, "2", "und für IMAP?")) == Before("Welcher Port für POP3 mit SSL?", "de")


def test_an_event_that_runs_again_is_kept_once_and_is_not_its_own_past(store: Store, mind: Mind, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(mind, "which port for imap with ssl?"))
    store.remember(event(talk, "1", "x"), answered(mind, "which port for pop3 with ssl?"))
    assert store.before(event(talk, "1", "x")) is None
    assert store.before(event(talk, "2", "x")) == Before("which port for pop3 with ssl?", "en")


def test_another_conversation_is_not_mixed_in(store: Store, mind: Mind, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(mind, "Welcher Port für POP3 mit SSL?"))
    assert store.before(event(f"{talk}0", "2", "und für IMAP?")) is None


def test_of_what_was_not_covered_only_the_language_is_kept(store: Store, mind: Mind, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(mind, "How do I reset my mailbox password?"))
    assert store.before(event(talk, "2", "x")) == Before("", "en")


def test_addresses_are_not_kept(store: Store, mind: Mind, talk: str) -> None:
    store.remember(event(talk, "1", "x"), answered(mind, "Wie lautet der Benutzername für max@firma.de?"))
    before = store.before(event(talk, "2", "x"))
    assert before is not None
    assert "max" not in before.understood


def test_opening_twice_is_harmless(store: Store) -> None:
    store.open()
