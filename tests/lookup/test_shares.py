"""How many look-ups are made at once, by one person and by all."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.mail_dns import Lookup
from bot.core.model import UserError
from bot.lookup import open_lookup
from bot.lookup.shares import Shares
from tests.servers.dns_server import DnsServer

HANGING = {f"hanging{n}.example.net": "never" for n in range(20)}


async def outcome(lookup: Lookup, person: str, number: int) -> str:
    try:
        return (await lookup.asked_by(person).mx(f"hanging{number}.example.net")).status
    except UserError as refused:
        return f"{refused.problem}, {'own' if refused.facts['own'] else 'all'}"


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    async with DnsServer({"example.com": {"MX": ["0 ."]}}, HANGING) as running:
        yield running


@pytest.mark.parametrize(
    ("shares", "people", "expected"),
    [
        ("one person's third waits for one of the first two", ["a"] * 3, ["timeout"] * 3),
        ("who asks for more than may wait is told so", ["a"] * 5, ["timeout"] * 4 + ["busy, own"]),
        ("who waits in vain is told so", ["b"] * 5, ["timeout"] * 2 + ["busy, own"] * 3),
        ("all together", ["a", "b", "c", "d", "e", "f"], ["timeout"] * 4 + ["busy, all"] * 2),
        ("nobody in particular", [""] * 6, ["timeout"] * 4 + ["busy, all"] * 2),
    ],
)
async def test_places_are_shared(server: DnsServer, shares: str, people: list[str], expected: list[str]) -> None:
    """Each look-up takes 0.3 seconds here."""
    patience = 0.45 if people == ["a"] * len(people) else 0.2
    waiting = 2 if people[0] == "a" else 3
    lookup = open_lookup(server.address, budget=0.3, shares=Shares(4, 2, waiting, patience))
    found = await asyncio.gather(*(outcome(lookup, person, number) for number, person in enumerate(people)))
    assert sorted(found) == sorted(expected)


async def test_others_are_answered_at_once_while_one_person_waits(server: DnsServer) -> None:
    lookup = open_lookup(server.address, budget=0.5, shares=Shares(patience=0.5))
    slow = [asyncio.create_task(outcome(lookup, "a", number)) for number in range(6)]
    await asyncio.sleep(0.05)
    assert (await asyncio.wait_for(lookup.asked_by("b").mx("example.com"), 0.2)).status == "null"
    await asyncio.gather(*slow)


async def test_nothing_is_kept_of_who_has_gone(server: DnsServer) -> None:
    shares = Shares()
    lookup = open_lookup(server.address, shares=shares)
    for number in range(5):
        await lookup.asked_by(f"person {number}").mx("example.com")
    assert (dict(shares._here), shares._own) == ({}, {})
