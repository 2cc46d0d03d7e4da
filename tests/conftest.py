"""What several tests share: the real knowledge base, learnt once a session."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answering.engine import AnswerEngine, load_engine
from bot.settings import Settings
from tests.blocking import LoopWatch

PROJECT = Path(__file__).parent.parent
# Files that take longest, begun first: the workers then end together instead of waiting for the last one
LONG = (
    *("test_real_rt", "test_faults", "test_servers", "test_browser", "test_readme", "test_validators", "test_security"),
    *("test_kill", "test_cli", "test_talk", "test_zammad", "test_run", "test_pressure", "test_slack", "test_content"),
    *("test_buttons", "test_workflow", "test_decision", "test_smtp_codes", "test_watcher", "test_workspaces"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The same order in every worker."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that all workers share: what one of them has learnt, the others read."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "learnt"


@pytest.fixture(scope="session")
def engine(learnt: Path) -> AnswerEngine:
    """The project's own content, whatever the environment says. One worker learns, the others wait and read."""
    learnt.mkdir(exist_ok=True)
    with (learnt / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return load_engine(
            Settings(
                postbote_data_dir=learnt,
                postbote_knowledge=PROJECT / "knowledge",
                postbote_templates=PROJECT / "templates",
            )
        )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, learnt: Path, engine: AnswerEngine) -> Path:
    folder = tmp_path_factory.mktemp("data")
    shutil.copytree(learnt / "cache", folder / "cache")  # learning once is enough; test_model_cache.py tests it
    return folder


@pytest.fixture(scope="session")
def loop_watch() -> Iterator[LoopWatch]:
    """Listener on every statement of this process (tests/blocking.py)."""
    watch = LoopWatch()
    watch.start()
    yield watch
    watch.stop()
    assert not watch.take(), "after the last test"


@pytest.fixture(autouse=True)
def no_database_on_the_event_loop(loop_watch: LoopWatch) -> Iterator[None]:
    """Fails a test while which bot/ ran a statement on an event loop's thread."""
    yield
    assert not loop_watch.take()
