"""A real Request Tracker 5 for each module that wants one, and a bot that watches it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.channels.rt.real import PORT, QUESTION
from tests.channels.rt.running import Between, Bot
from tests.faults.world import free_port
from tests.servers.rt_server import RtServer, customers_mail


@pytest.fixture(scope="module")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtServer]:
    server = RtServer(tmp_path_factory.mktemp("rt"), free_port(), f"http://127.0.0.1:{PORT}/hooks/rt")
    try:
        server.set_up()
        yield server
    finally:
        server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def between(rt: RtServer) -> AsyncIterator[Between]:
    proxy = Between(rt)
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(rt: RtServer, between: Between, data: Path) -> AsyncIterator[Bot]:
    """Running; it has looked once, and there was a ticket before that."""
    await rt.mail(customers_mail("before@kunde.test", QUESTION))
    running = Bot(rt, data, PORT, between.url)
    await running.start()
    await running.looked()
    yield running
    await running.end()
