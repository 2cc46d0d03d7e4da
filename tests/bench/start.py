"""How long from process start to ready, and how much CPU one answer on the page takes.

The first start learns the knowledge base, the others remember it. Beside it: an interpreter that does nothing, and the
bare Bolt app of tests/bench/echo.py.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.figures import Figure
from tests.bench.system import cpu_seconds
from tests.servers.postbote import started

QUESTIONS = (
    "welcher port für pop3 mit ssl?",
    "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
    "hello",
)
ANSWERS = 200
ECHO = {"SLACK_BOT_TOKEN": "xoxb-none", "SLACK_API_URL": "http://127.0.0.1:9/"}


def figures(starts: int) -> Iterator[Figure]:
    """The median of so many starts of each kind."""
    bare = median(_python() for _ in range(starts))
    echo = median(_ready("tests.bench.echo", **ECHO) for _ in range(starts))
    with TemporaryDirectory() as folder:
        learns = _ready("bot", "run", POSTBOTE_DATA_DIR=folder)
        remembers = median(_ready("bot", "run", POSTBOTE_DATA_DIR=folder) for _ in range(starts))
        used = _answering(folder)
    yield Figure("start", "Python alone", bare, "s")
    yield Figure("start", "echo: ready", echo, "s", 1.0, "echo")
    yield Figure("start", "postbote: ready, having learnt", learns, "s", learns / echo, "echo")
    yield Figure("start", "postbote: ready, remembering", remembers, "s", remembers / echo, "echo")
    yield Figure("start", "postbote: one answer on the page", used, "ms CPU")


def _python() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begun


def _ready(*module: str, **variables: str) -> float:
    with TemporaryDirectory() as own:
        begun = time.perf_counter()
        with started(Path(own), *module, **variables):
            return time.perf_counter() - begun


def _answering(folder: str) -> float:
    """ms of CPU from the page's request to its reply."""
    with started(Path(folder)) as process:
        for text in QUESTIONS:
            _ask(process.url, text)
        before = cpu_seconds(process.pid)
        for number in range(ANSWERS):
            _ask(process.url, QUESTIONS[number % len(QUESTIONS)])
        return 1000 * (cpu_seconds(process.pid) - before) / ANSWERS


def _ask(url: str, text: str) -> None:
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(f"{url}ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        response.read()
