"""What several tests share: the real knowledge base, learnt once a session.

What the program's parts are needed for imports them itself: the controller, for which all wait, needs none.
"""

import gc
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from structlog.dev import ConsoleRenderer, plain_traceback

from tests.fork_server import VARIABLE, ForkServer
from tests.learn import is_learnt, learn

if TYPE_CHECKING:
    from bot.answering.engine import AnswerEngine
    from tests.blocking import LoopWatch

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
# Test files, longest first, those that mostly wait spread among them; `pytest --write-longest` writes it anew
LONGEST = TESTS / "longest.txt"
LONG = 0.5  # seconds from which a file is in it
WAITING = 0.12  # share of its time that is CPU, below which a file mostly waits; with seven on two cores work has 0.3
LISTED = {file: place for place, file in enumerate(LONGEST.read_text("utf-8").split())}
SECONDS: defaultdict[str, float] = defaultdict(float)  # file → how long its tests took in this run, in all workers
CPU: defaultdict[str, float] = defaultdict(float)  # file → seconds of CPU that its tests used, their processes' too
LEARNER = pytest.StashKey[subprocess.Popen[bytes]]()
FORKS = pytest.StashKey[ForkServer]()
INTEGRATION = bool(os.environ.get("POSTBOTE_INTEGRATION"))
COLLECTED = (5_000, 10, 10)  # after how many objects the garbage collector looks through the new ones; usually 700
RAN: set[str] = set()  # files of which this run has run a test


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-longest", action="store_true", help=f"after the run, write {LONGEST.name} anew")


def pytest_configure(config: pytest.Config) -> None:
    """Where the whole suite runs and the content has changed: learns it while the tests are collected."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a job in the background: programs under test inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    whole = config.args_source == pytest.Config.ArgsSource.TESTPATHS and not config.option.collectonly
    folder = config.cache.mkdir("learnt")
    if whole and "PYTEST_XDIST_WORKER" not in os.environ and not is_learnt(folder):
        config.stash[LEARNER] = subprocess.Popen([sys.executable, "-m", "tests.learn", folder], cwd=PROJECT)


def pytest_xdist_setupnodes(config: pytest.Config, specs: list[Any]) -> None:
    """Has the workers forked from one process that has imported all tests, and compiled them in a fresh clone."""
    config.stash[FORKS] = forks = ForkServer(len(specs), config.args)
    for spec in specs:
        spec.python = forks.python
    gc.enable()  # the controller collects no test (tests/__init__.py)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    is_controller = not hasattr(session.config, "workerinput") and session.config.getoption("tx", None)
    if not is_controller:  # it collects nothing, and need not load Hypothesis
        from tests.examples import draw_fewer

        draw_fewer()


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()  # modules and tests stay to the end: no later collection looks through them again
    gc.enable()
    gc.set_threshold(*COLLECTED)
    if VARIABLE in os.environ:  # what this process has loaded, its forks have
        from bot.core.lazy_regex import compile_all
        from tests.examples import load_tables
        from tests.project import extractor, renderer

        load_tables()
        compile_all()
        renderer().compile_templates()
        extractor()
        if is_learnt(folder := session.config.cache.mkdir("learnt")):
            learn(folder)
    else:
        from tests import compiled_sql, short_waits

        compiled_sql.share()
        short_waits.shorten()


def pytest_unconfigure(config: pytest.Config) -> None:
    gc.collect()  # pytest will do it five times, 0.2 to 0.3 s each, and complain of what was never closed
    gc.freeze()  # what is left needs no second look
    if forks := config.stash.get(FORKS, None):
        forks.close()
    if learner := config.stash.get(LEARNER, None):
        learner.terminate()  # where no test has waited for it
        learner.wait()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that the workers end together (LONGEST); the same order in every worker."""
    places = {path: LISTED.get(str(path.relative_to(TESTS)), len(LISTED)) for path in {item.path for item in items}}
    items.sort(key=lambda item: places[item.path])


def pytest_itemcollected(item: pytest.Item) -> None:
    """Makes properties integration tests where these run: then they draw all their examples (tests/examples.py).

    Refuses a fixture that is made for each test where all rows of a table are one test (tests/rows.py).
    """
    if INTEGRATION and hasattr(getattr(item, "obj", None), "hypothesis"):
        item.add_marker("integration")
    if isinstance(item, pytest.Function) and hasattr(item.obj, "takes_rows"):
        about, parameters = item._fixtureinfo, item.callspec.params if hasattr(item, "callspec") else {}
        for name in set(about.argnames) - set(parameters):
            if any(found.scope == "function" for found in about.name2fixturedefs.get(name, ())[-1:]):
                raise pytest.UsageError(f"{item.nodeid}: its rows would share {name}; use pytest.mark.parametrize")


OF_REPORT = ("nodeid", "location", "outcome", "when", "duration", "sections")


@pytest.hookimpl(tryfirst=True)
def pytest_report_to_serializable(report: Any) -> dict[str, Any] | None:
    """A test that passed, as short as can be: 6,000 reports go from the workers to the controller."""
    if not isinstance(report, pytest.TestReport) or not report.passed:
        return None
    return {
        **{name: getattr(report, name) for name in OF_REPORT},
        "keywords": {},
        "longrepr": None,
        "cpu": cpu_since_last_report(),
        "$report_type": "TestReport",
    }


def cpu_since_last_report(last: list[float] = [0.0]) -> float:  # noqa: B006 - what is remembered from call to call
    """Seconds of CPU of this process, and of processes that it started and that have ended, since the last call."""
    used = sum(os.times()[:4])
    since, last[0] = used - last[0], used
    return since


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    file = report.nodeid.split("::")[0].removeprefix("tests/")
    SECONDS[file] += report.duration
    CPU[file] += getattr(report, "cpu", 0.0)
    if report.when == "call":
        RAN.add(file)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Files that were skipped as a whole keep their place before all others: those that want a server take longest."""
    if session.config.getoption("--write-longest") and "PYTEST_XDIST_WORKER" not in os.environ:
        kept = [file for file in LISTED if file in SECONDS and file not in RAN]
        by_time = sorted(SECONDS, key=lambda file: -SECONDS[file])
        measured = [file for file in by_time if SECONDS[file] > LONG and file not in kept]
        waiting = [file for file in measured if CPU[file] < SECONDS[file] * WAITING]
        working = [file for file in measured if file not in waiting]
        LONGEST.write_text("".join(f"{file}\n" for file in kept + spread(waiting, working)), "utf-8")


def spread(few: list[str], many: list[str]) -> list[str]:
    """Both lists in one, each in its order and evenly: where several workers wait at once, a core has nothing to do."""
    places = [(number / len(names), name) for names in (few, many) for number, name in enumerate(names, 1)]
    return [name for _, name in sorted(places, key=lambda place: place[0])]


# structlog's own defaults, but for tracebacks: with its pretty ones an exception that a test provokes took 50 ms
PLAIN = [*structlog.get_config()["processors"][:-1], ConsoleRenderer(exception_formatter=plain_traceback)]


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Plain log; what a program that ran in-process has configured of the log ends with its test."""
    structlog.configure(processors=[*PLAIN])  # a new list: capture_logs changes it in place
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def learnt(pytestconfig: pytest.Config) -> Path:
    """A data folder that all workers and all later runs share: what one has learnt, the others read.

    The name of what is learnt is a hash of the content and of bot/core: after a change it is learnt anew.
    """
    return pytestconfig.cache.mkdir("learnt")


@pytest.fixture(scope="session")
def engine(learnt: Path) -> "AnswerEngine":
    """The project's own content, whatever the environment says. One worker learns, the others wait and read."""
    return learn(learnt)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, learnt: Path, engine: "AnswerEngine") -> Path:
    """Data folder (POSTBOTE_DATA_DIR) of a module's processes, which has learnt the project's own content already."""
    folder = tmp_path_factory.mktemp("data")
    # learning once is enough; test_model_cache.py tests it. Its files are never changed, only replaced
    shutil.copytree(learnt / "cache", folder / "cache", copy_function=link_or_copy)
    return folder


FEW = ("provider", "imap-ssl", "pop3-ssl", "examples/imap-ssl", "examples/pop3-ssl")


@pytest.fixture(scope="session")
def few_entries(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Folder of a knowledge base of two entries: a process that need not know more starts and checks it in a moment."""
    folder = tmp_path_factory.mktemp("few")
    for part in ("not-covered", "examples"):
        (folder / part).mkdir()
    for name in ("concepts", "status-codes"):
        shutil.copy(PROJECT / f"bot/content/general_layer/{name}.yaml", folder)
    (folder / "base.yaml").write_text("{general: none, figures: fitted}", "utf-8")  # learnt in a moment
    for name in FEW:
        source = (PROJECT / f"knowledge/{name}.yaml").read_text("utf-8")
        alone = re.sub("^(?:related:.*\n|sources:.*\n(?:  .*\n)+)", "", source, flags=re.MULTILINE)  # they name others
        if name.startswith("examples/"):
            alone = "".join(one_in_four(alone.splitlines(keepends=True)))
        (folder / f"{name}.yaml").write_text(alone, "utf-8")
    return str(folder)


def one_in_four(lines: list[str]) -> Iterator[str]:
    """Of the examples one in so many, and all other lines."""
    for number, line in enumerate(lines):
        if not line.startswith("    - ") or number % 4 == 0:
            yield line


@pytest.fixture(scope="session")
def few_learnt(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, few_entries: str) -> Path:
    """Data folder that has learnt these few entries: in this run or, where nothing has changed, in an earlier one."""
    kept = pytestconfig.cache.mkdir("few-learnt")
    learn(kept, Path(few_entries))
    folder = tmp_path_factory.mktemp("few-learnt")
    shutil.copytree(kept / "cache", folder / "cache", copy_function=link_or_copy)
    return folder


@pytest.fixture(scope="module")
def few_data(tmp_path_factory: pytest.TempPathFactory, few_learnt: Path) -> Path:
    """Data folder that has learnt these few entries; for POSTBOTE_KNOWLEDGE=few_entries."""
    folder = tmp_path_factory.mktemp("few-data") / "data"
    shutil.copytree(few_learnt, folder, copy_function=link_or_copy)
    return folder


def link_or_copy(source: str, target: str) -> None:
    """30 MB that need not be written; on another file system they must be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="session")
def loop_watch() -> "Iterator[LoopWatch]":
    """Listener on every statement of this process (tests/blocking.py)."""
    from tests.blocking import LoopWatch

    watch = LoopWatch()
    watch.start()
    yield watch
    watch.stop()
    assert not watch.take(), "after the last test"


@pytest.fixture(autouse=True)
def no_database_on_the_event_loop(loop_watch: "LoopWatch") -> Iterator[None]:
    """Fails a test while which bot/ ran a statement on an event loop's thread."""
    yield
    assert not loop_watch.take()
