"""What `postbote doctor` finds in a real database."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sql

from bot.answering.lookup import open_lookup
from bot.contracts.channel import DoctorResult
from bot.ops.database_checks import check_database
from bot.ops.doctor import run_checks
from bot.settings import Settings
from tests.servers.postgres import POSTGRES, new_database


def found(engine: sql.Engine) -> dict[str, bool]:
    facts = {name: ok for name, ok, _ in check_database(engine)}
    engine.dispose()
    return facts


def test_sqlite_tells_its_version_and_journal(tmp_path: Path) -> None:
    engine = sql.create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    assert found(engine) == {"database version": True, "database journal": False}
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    assert found(engine)["database journal"]


@pytest.mark.integration
@pytest.mark.skipif(not POSTGRES, reason="POSTBOTE_TEST_POSTGRES names no PostgreSQL server; .ci/run starts one")
def test_postgresql_tells_what_it_is_and_what_may_be_done_in_it() -> None:
    url = new_database("postgresql")
    here = url.replace("postgresql://", "postgresql+psycopg://")
    assert set(found(sql.create_engine(here)).values()) == {True}
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE ROLE {name} LOGIN")
    guest = sql.create_engine(here.replace("postgres@", f"{name}@"))
    assert found(guest)["database rights"] is False


async def test_a_folder_that_everybody_may_read_is_told(tmp_path: Path) -> None:
    settings = Settings.model_validate({"postbote_data_dir": tmp_path, "postbote_database_url": ""})
    (tmp_path / "postbote.sqlite").touch()
    for mode, well in ((0o755, False), (0o750, True)):
        tmp_path.chmod(mode)
        checks = run_checks(settings, open_lookup("127.0.0.1:9"), lambda: DoctorResult("content", True, ""))
        found = [await anext(checks), await anext(checks)][1]
        assert (found.name, found.ok) == ("data folder", well), found.says
        await checks.aclose()  # type: ignore[attr-defined]  # an async generator
