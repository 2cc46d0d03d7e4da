"""Every scenario in its short form, on SQLite or PostgreSQL; `python -m tests.faults` runs all on both, in full."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.durable.leases import LOST_AFTER, PostgresLeases, to_conninfo
from tests.faults.scenarios import ON_POSTGRESQL, ON_SQLITE, SHORT, Database, new_server
from tests.faults.world import free_port, kill_all
from tests.servers.postgres import Postgres, binaries

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        "POSTBOTE_INTEGRATION" not in os.environ or binaries() is None,
        reason="starts many processes and a PostgreSQL server of its own: .ci/run, or python -m tests.faults",
    ),
]


# Each scenario once, where it can show most; kills and starts on both
SQLITE = (
    *("kill_two", "take_over", "web_api", "deliveries", "sigterm", "clock_jumps", "started_at_once", "disk_full"),
    "ended_while_away",
)
POSTGRESQL = (
    *("kill_two", "take_over", "rolling_restart", "socket_mode", "started_at_once", "cut_off", "database_down"),
    "ended_while_away",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Not below pytest's own folder, which is closed to the user that the server runs as."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        started = new_server(Path(name))
        yield started
        started.stop()


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    """Also after a failure."""
    yield
    kill_all()


@pytest.mark.parametrize("name", SQLITE)
async def test_nothing_is_lost_and_nothing_repeated_on_sqlite(tmp_path: Path, name: str) -> None:
    outcome = await ON_SQLITE[name](tmp_path, Database(""), SHORT)
    assert (outcome.lost, outcome.repeated) == (0, 0)
    assert outcome.events


@pytest.mark.parametrize("name", POSTGRESQL)
async def test_nothing_is_lost_and_nothing_repeated_on_postgresql(tmp_path: Path, server: Postgres, name: str) -> None:
    outcome = await ON_POSTGRESQL[name](tmp_path, Database(server.database(), server), SHORT)
    assert (outcome.lost, outcome.repeated) == (0, 0)
    assert outcome.events


def test_the_server_notices_within_seconds_that_the_holder_of_a_lease_is_gone(server: Postgres) -> None:
    """PostgreSQL's own keepalive would take two hours: what the session says of itself."""
    url = server.database()
    with psycopg.connect(to_conninfo(f"{url}?options=-c%20work_mem%3D5MB")) as session:
        found = {name: session.execute(f"SHOW tcp_{name}").fetchone() for name in LOST_AFTER}
        assert session.execute("SHOW work_mem").fetchone() == ("5MB",)
    assert found == {name: (str(seconds),) for name, seconds in LOST_AFTER.items()}


def test_a_lease_belongs_to_one_process_and_a_server_that_is_away_raises(server: Postgres) -> None:
    url = server.database()
    one, other = PostgresLeases(url), PostgresLeases(url)
    assert one.take(3)
    assert not other.take(3)
    one.close()
    assert other.take(3)
    other.close()
    with pytest.raises(ConnectionError, match="refused"):
        PostgresLeases(f"postgresql://postgres@127.0.0.1:{free_port()}/postgres")
