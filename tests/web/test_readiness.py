"""/readyz over a real socket: what is 503 and what a notice, for every channel, and how much a stranger reads."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import sqlalchemy as sql
from structlog.testing import capture_logs

from bot import app
from bot.answering.engine import AnswerEngine
from bot.answering.reload import ReloadableEngine
from bot.channels import OpenChannel, find_channels
from bot.contracts.channel import Channel, Disabled
from bot.contracts.channel_context import ChannelContext
from bot.settings import Settings
from bot.web import readiness
from bot.web.readiness import AGE, NOTICE, TROUBLE, RecentProblem
from tests.rows import each_row
from tests.servers.serving import served

BLOCKING = {"slack"}  # every other channel reaches a system that is the same for every process
CHANNELS = sorted(find_channels())
PROBLEMS = [
    "https://helpdesk.internal.example/ does not answer",
    "https://helpdesk.internal.example/: 401 No such token; check POSTBOTE_RT_TOKEN and the bot's rights",
    "10.20.30.40:993 cannot be reached (ConnectionRefusedError)",
    "/srv/postbote/knowledge/entry.yaml:7: support@intern.example is no kind",
    "the queue 'Vorstand <script>' lacks the custom field bot-state",
    "the Socket Mode connection is down",
    "x",
]
STRANGER: Any = {"X-Forwarded-For": "192.0.2.7"}


class TroubledChannel:
    """A real channel that has the problem that `problems` says, and does not start."""

    def __init__(self, real: Channel, key: str, problems: dict[str, str]) -> None:
        self._real, self._key, self._problems = real, key, problems

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def start(self) -> None: ...

    async def readiness_problem(self) -> str:
        return self._problems.get(self._key, "")


class ReadinessServer:
    """Root URL of a bot with every channel; `problems`: part → what is wrong with it now."""

    def __init__(self, root: str, problems: dict[str, str]) -> None:
        self.root, self.problems = root, problems
        self.statements: list[str] = []  # that were executed on the store

    async def ask(self, **headers: Any) -> tuple[int, dict[str, Any], str]:
        """(status, body, body as text)."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.root}/readyz", headers=headers) as found:
            return found.status, dict(await found.json()), await found.text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(engine: AnswerEngine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ReadinessServer]:
    problems: dict[str, str] = {}
    secret: dict[str, Any] = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s", "postbote_rt_token": "1-2-3"}
    more: dict[str, Any] = {
        "postbote_rt_url": "http://127.0.0.1:9",
        "postbote_zammad_url": "http://127.0.0.1:9",
        "postbote_zammad_token": "t",
        "postbote_mail_imap_url": "imap://u:p@127.0.0.1:9",
        "postbote_mail_smtp_url": "smtp://u:p@127.0.0.1:9",
        "postbote_mail_address": "support@example.test",
    }
    settings = Settings(postbote_data_dir=tmp_path_factory.mktemp("ready"), **secret, **more)

    def troubled(name: str, opener: OpenChannel) -> OpenChannel:
        def open_channel(settings: Settings, context: ChannelContext) -> Channel | Disabled:
            opened = opener(settings, context)
            assert not isinstance(opened, Disabled), "every channel is in the table"
            return TroubledChannel(opened, name, problems)

        return open_channel

    openers = {name: troubled(name, opener) for name, opener in find_channels().items()}
    built = app.build(
        settings,
        ReloadableEngine(engine, settings),
        content_problem=lambda: problems.get("knowledge", ""),
        open_channels=openers,
    )
    async with built.running(), served(built.asgi) as root:
        server = ReadinessServer(root, problems)

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            server.statements.append(statement)

        sql.event.listen(built.storage.database.engine, "before_cursor_execute", note)
        yield server
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


@each_row("problem", PROBLEMS)
@each_row("part", [*CHANNELS, "knowledge"])
@pytest.mark.asyncio(loop_scope="module")
async def test_only_what_keeps_this_process_from_answering_is_503_and_strangers_read_fixed_words(
    bot: ReadinessServer, part: str, problem: str
) -> None:
    bot.problems.clear()
    bot.problems[part] = problem
    blocks = part in BLOCKING
    status, operator, _ = await bot.ask()
    assert status == (503 if blocks else 200)
    assert operator == {
        "ready": not blocks,
        "trouble": {part: problem} if blocks else {},
        "notices": {} if blocks else {part: problem},
    }
    status, stranger, text = await bot.ask(**STRANGER)
    assert status == (503 if blocks else 200)
    assert stranger == {
        "ready": not blocks,
        "trouble": {part: TROUBLE} if blocks else {},
        "notices": {} if blocks else {part: NOTICE},
    }
    assert problem == "x" or problem not in text


@pytest.mark.asyncio(loop_scope="module")
async def test_without_a_problem_everybody_reads_ready(bot: ReadinessServer) -> None:
    bot.problems.clear()
    for status, body, _ in (await bot.ask(), await bot.ask(**STRANGER)):
        assert (status, body) == (200, {"ready": True, "trouble": {}, "notices": {}})


@pytest.mark.asyncio(loop_scope="module")
async def test_a_problem_is_logged_in_full_once_for_each_change(bot: ReadinessServer) -> None:
    bot.problems.clear()
    await bot.ask()
    with capture_logs() as lines:
        for problem in (PROBLEMS[0], PROBLEMS[0], PROBLEMS[1], PROBLEMS[1], "", ""):
            bot.problems["rt"] = problem
            await bot.ask(**STRANGER)
    mine = [(line["event"], line["part"], line.get("problem")) for line in lines if "part" in line]
    assert mine == [
        ("part_in_trouble", "rt", PROBLEMS[0]),
        ("part_in_trouble", "rt", PROBLEMS[1]),
        ("part_recovered", "rt", None),
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_the_metrics_name_every_part_that_is_not_ready(bot: ReadinessServer) -> None:
    bot.problems.clear()
    bot.problems.update({"rt": "down", "knowledge": "refused"})
    async with aiohttp.ClientSession() as session, session.get(f"{bot.root}/metrics") as response:
        lines = (await response.text()).splitlines()
    ready = {line.split('"')[1]: float(line.split()[-1]) for line in lines if line.startswith("postbote_ready{")}
    assert {part for part, value in ready.items() if not value} == {"rt", "knowledge"}
    assert {"jobs", "web", "dashboard", *CHANNELS} < set(ready)


@pytest.mark.asyncio(loop_scope="module")
async def test_strangers_cannot_make_the_database_write_as_often_as_they_like(bot: ReadinessServer) -> None:
    bot.problems.clear()
    bot.statements.clear()
    begun = asyncio.get_running_loop().time()
    for _ in range(5):
        assert {status for status, _, _ in await asyncio.gather(*(bot.ask(**STRANGER) for _ in range(20)))} == {200}
    most = 2 + (asyncio.get_running_loop().time() - begun) / AGE
    assert len([text for text in bot.statements if text.startswith("INSERT INTO postbote_meta")]) <= most
    await asyncio.sleep(AGE)
    await bot.ask(**STRANGER)
    assert [text for text in bot.statements if text.startswith("INSERT INTO postbote_meta")], "the control"


@pytest.mark.asyncio
async def test_a_queue_that_is_not_running_is_503(engine: AnswerEngine, tmp_path: Path) -> None:
    settings = Settings(postbote_data_dir=tmp_path)
    built = app.build(settings, ReloadableEngine(engine, settings), open_channels={})
    async with served(built.asgi) as root:
        status, body, _ = await ReadinessServer(root, {}).ask(**STRANGER)
    assert (status, body["trouble"]) == (503, {"jobs": TROUBLE})


@pytest.mark.asyncio
async def test_a_problem_of_the_database_is_seen_a_second_later_and_one_that_went_away_waits_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readiness, "AGE", 0.1)
    problems, asked = ["", "the database cannot be used", ""], 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        return problems[min(asked, len(problems)) - 1]

    recent = RecentProblem(ask)
    gone = asyncio.create_task(recent())
    await asyncio.sleep(0.01)
    gone.cancel()
    assert [await recent(), await recent(), asked] == ["", "", 1]
    await asyncio.sleep(0.1)
    assert set(await asyncio.gather(recent(), recent())) == {problems[1]}
    await asyncio.sleep(0.1)
    assert [await recent(), asked] == ["", 3]
