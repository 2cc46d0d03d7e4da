"""A real Request Tracker 5 and what may go wrong between it and the bot: nothing is lost, nothing answered twice."""

import asyncio
import os
import shutil
from pathlib import Path

import aiohttp
import pytest

from bot.channels.helpdesk.channel import SETTLE
from tests.channels.rt.real import QUESTION, REAL_RT, until
from tests.channels.rt.running import Between, Bot
from tests.channels.rt.test_webhook import signed
from tests.conftest import link_or_copy
from tests.faults.world import free_port
from tests.servers.rt_server import SECRET, RtServer, customers_mail

pytestmark = [*REAL_RT, pytest.mark.asyncio(loop_scope="module")]


async def test_a_lost_webhook_is_caught_up_by_polling(rt: RtServer, bot: Bot) -> None:
    """No process was there to be told; and nothing that was there before the very first start is ever answered."""
    await bot.end()
    await rt.mail(customers_mail("lost@kunde.test", QUESTION))
    await bot.start()
    assert await until(rt, "lost@kunde.test") == [["Correspond"]]
    assert await until(rt, "before@kunde.test", 0) == [[]]


async def test_an_outage_of_rt_loses_nothing(rt: RtServer, bot: Bot) -> None:
    """What a hook has told waits; readiness says what is wrong; each is answered once when RT is back."""
    await bot.end()
    await rt.mail(customers_mail("down@kunde.test", QUESTION))
    ticket = (await rt.tickets("down@kunde.test"))[0]
    rt.stop()
    await bot.start()
    body = f'{{"event":"ticket.created","queue":"Support","ticket":{ticket}}}'.encode()
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.post(f"{bot.root}/hooks/rt", data=body, headers=signed(body, SECRET)) as response:
                assert response.status == 200
        for _ in range(100):
            async with session.get(f"{bot.root}/readyz") as response:
                told = await response.json()
            if told["notices"]:
                break
            await asyncio.sleep(0.1)
    assert "rt" in told["notices"]
    assert told["ready"], "what else is configured goes on"
    rt.start()
    assert await until(rt, "down@kunde.test") == [["Correspond"]]


STEPS = [
    ("GET", "ticket/N", False),  # nothing is known yet
    ("GET", "transaction/N/attachments", True),  # half read
    ("PUT", "ticket/N", False),  # decided, not claimed
    ("PUT", "ticket/N", True),  # claimed, and the answer to that is lost
    ("POST", "ticket/N/correspond", False),  # about to be written
    ("POST", "ticket/N/correspond", True),  # written, and the answer to that is lost
]


async def test_kill_9_at_every_step_leaves_one_answer(rt: RtServer, bot: Bot, between: Between) -> None:
    for number, step in enumerate(STEPS):
        begun, killed = asyncio.Event(), asyncio.Event()

        async def cut(
            method: str,
            path: str,
            after: bool,
            step: tuple[str, str, bool] = step,
            begun: asyncio.Event = begun,
            killed: asyncio.Event = killed,
        ) -> bool:
            if begun.is_set() or (method, path, after) != step:
                return False
            begun.set()
            await bot.kill()
            killed.set()  # it has ended: nothing starts beside it
            return True

        between.cut = cut
        await rt.mail(customers_mail(f"kill{number}@kunde.test", QUESTION))
        await asyncio.wait_for(killed.wait(), 60)
        await bot.start()
    for number in range(len(STEPS)):
        assert await until(rt, f"kill{number}@kunde.test") == [["Correspond"]], STEPS[number]
    await asyncio.sleep(SETTLE + 2)  # longer than the look for the own post takes
    for number in range(len(STEPS)):
        assert [await rt.written(t) for t in await rt.tickets(f"kill{number}@kunde.test")] == [["Correspond"]]


async def test_two_bots_that_do_not_know_each_other_answer_each_ticket_once(
    rt: RtServer, bot: Bot, tmp_path: Path, data: Path
) -> None:
    shutil.copytree(data / "cache", tmp_path / "cache", copy_function=link_or_copy)  # the other one need not learn
    other = Bot(rt, tmp_path, free_port())
    await other.start()
    await other.looked()
    senders = [f"two{n}@kunde.test" for n in range(5)]
    for sender in senders:
        await rt.mail(customers_mail(sender, QUESTION))
    for sender in senders:
        assert await until(rt, sender) == [["Correspond"]]
    await other.end()


async def test_a_burst_is_answered_once_each(rt: RtServer, bot: Bot) -> None:
    senders = [f"burst{n}@kunde.test" for n in range(int(os.environ.get("POSTBOTE_RT_BURST", "12")))]
    gates = asyncio.Semaphore(3)

    async def write(sender: str) -> None:
        async with gates:
            await rt.mail(customers_mail(sender, QUESTION))

    await asyncio.gather(*map(write, senders))
    assert [await until(rt, sender) for sender in senders[-3:]] == [[["Correspond"]]] * 3
    assert [
        found for sender in senders for ticket in await rt.tickets(sender) for found in await rt.written(ticket)
    ] == ["Correspond"] * len(senders)
