"""Storage as a whole: retention, a workspace that leaves, modes, secrets, cursors; on SQLite and PostgreSQL."""

import time
import uuid
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sql

from bot.answering.engine import AnswerEngine
from bot.core.model import Reply
from bot.storage import Cursors, Storage, create_storage
from tests.storage.conftest import answered, told


def test_a_mode_and_a_secret_are_replaced(storage: Storage, talk: str) -> None:
    assert storage.modes.get(talk) == "mention"
    for mode in ("listen", "off"):
        storage.modes.set(talk, mode, "T1:A")
        assert storage.modes.get(talk) == mode
    assert storage.secrets.get(talk) == ""
    storage.secrets.save(talk, "x")
    assert storage.secrets.get(talk) == "x"
    assert storage.secrets.delete(talk)
    assert not storage.secrets.delete(talk)


def test_what_is_older_than_the_retention_is_deleted(storage: Storage, engine: AnswerEngine, talk: str) -> None:
    one = told(engine, storage, talk, "1", "Welcher Port für POP3 mit SSL?")
    storage.purge_expired()
    assert storage.decisions.get(one.key)
    replace(storage, retention=-1.0).purge_expired()
    assert storage.decisions.get(one.key) is None


def test_an_undelivered_reply_is_deleted_after_a_week_and_its_decision_stays(
    storage: Storage, engine: AnswerEngine, talk: str
) -> None:
    text = "Welcher Port für POP3 mit SSL?"
    one = told(engine, storage, talk, "1", text, reply=Reply(answered(engine, text)))
    storage.purge_expired()
    assert storage.decisions.undelivered_reply(one.key)
    with storage.database.engine.begin() as connection:
        connection.execute(
            sql.text("UPDATE postbote_decisions SET at = at - 8 * 86400 WHERE key = :key"), {"key": one.key}
        )
    storage.purge_expired()
    assert storage.decisions.undelivered_reply(one.key) is None
    assert storage.decisions.get(one.key)


def test_a_workspace_is_erased_as_a_whole_and_alone(storage: Storage, engine: AnswerEngine) -> None:
    team = f"T{uuid.uuid4().hex[:8]}"
    for name in (team, f"{team}X"):
        told(engine, storage, f"{name}:C1", "1", "Welcher Port für POP3 mit SSL?")
        storage.modes.set(f"{name}:C1", "off", "x")
    storage.erase_team(team)
    assert (storage.decisions.recent(team), storage.modes.get(f"{team}:C1")) == ([], "mention")
    assert len(storage.decisions.recent(f"{team}X")) == 1
    assert storage.modes.get(f"{team}X:C1") == "off"


def test_the_state_of_an_installation_is_kept_for_a_day(tmp_path: Path) -> None:
    storage = create_storage("", tmp_path, keep_days=1)
    storage.database.open()
    storage.secrets.save("state:old", "")
    with storage.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE postbote_secrets SET at = ?", (time.time() - 90_000,))
    storage.secrets.save("state:new", "")
    storage.secrets.save("T1:bot", "x")
    storage.purge_expired()
    assert not storage.secrets.delete("state:old")
    assert storage.secrets.delete("state:new")
    assert storage.secrets.get("T1:bot") == "x"
    storage.database.close()


def test_a_cursor_is_replaced(storage: Storage, talk: str) -> None:
    cursors = Cursors(storage.database)
    assert cursors.read(talk) == ""
    for place in ("7", "8"):
        cursors.save(talk, place)
        assert cursors.read(talk) == place
