"""Concurrency limits of look-ups: per person and for all."""

import asyncio

from bot.answering.lookup import open_lookup
from bot.answering.lookup.concurrency import AT_ONCE, STRANGERS_AT_ONCE, LookupLimiter
from bot.core.dns.records import Lookup
from bot.core.model import UserError
from tests.rows import each_row
from tests.servers.dns_server import DnsServer


class Crowd:
    """Look-ups that take a permit and keep it until they are told to go."""

    def __init__(self, limiter: LookupLimiter) -> None:
        self._limiter = limiter
        self.outcomes: list[str] = []
        self.go = asyncio.Semaphore(0)
        self.tasks: list[asyncio.Task[None]] = []

    def come(self, *people: str) -> None:
        self.tasks += [asyncio.create_task(self._look_up(person)) for person in people]

    async def _look_up(self, person: str) -> None:
        try:
            async with self._limiter.permit(person):
                self.outcomes.append("in")
                await self.go.acquire()
        except UserError as refused:
            self.outcomes.append(f"{refused.problem}, {'own' if refused.facts['own'] else 'all'}")

    async def seen(self, number: int) -> list[str]:
        """The outcomes, once there are so many; then everybody goes."""
        while len(self.outcomes) < number:
            await asyncio.sleep(0.01)
        outcomes = sorted(self.outcomes)
        for _ in self.tasks:
            self.go.release()
        await asyncio.gather(*self.tasks)
        return outcomes


LONG, SHORT = 60.0, 0.05  # seconds: longer than the test, and over at once
PLACES = [
    # what happens, patience, who comes, what becomes of them
    ("one person has two permits", LONG, ["a", "a", "b"], ["in", "in", "in"]),
    ("who asks for more than may wait is told so", LONG, ["a"] * 5, ["busy, own", "in", "in"]),
    ("who waits for a permit of their own in vain is told so", SHORT, ["a"] * 3, ["busy, own", "in", "in"]),
    ("all together have four", SHORT, ["a", "b", "c", "d", "e"], ["busy, all"] + ["in"] * 4),
    ("nobody in particular has no permits of their own", SHORT, [""] * 5, ["busy, all"] + ["in"] * 4),
]


@each_row(("patience", "people", "outcomes"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
async def test_look_ups_are_limited_per_person_and_for_all(
    patience: float, people: list[str], outcomes: list[str]
) -> None:
    crowd = Crowd(LookupLimiter(at_once=4, each=2, waiting_each=2, patience=patience))
    crowd.come(*people)
    assert await crowd.seen(len(outcomes)) == outcomes


SHARES = [
    ("strangers have two of four permits, however many they are", SHORT, ["web:a", "web:b", "web:c"], 2),
    ("also those without a name", SHORT, ["web:"] * 4, 2),
    ("those who wait are bounded too", LONG, [f"web:{n}" for n in range(9)], 2),
]


@each_row(("patience", "strangers", "taken"), [row[1:] for row in SHARES], ids=[row[0] for row in SHARES])
async def test_strangers_have_a_share_of_their_own_and_leave_the_rest_to_others(
    patience: float, strangers: list[str], taken: int
) -> None:
    limiter = LookupLimiter(at_once=4, each=2, waiting_each=2, strangers=2, strangers_waiting=3, patience=patience)
    crowd, others = Crowd(limiter), Crowd(limiter)
    crowd.come(*strangers)
    await asyncio.sleep(0.02 if patience is LONG else 0.1)
    assert crowd.outcomes.count("in") == taken
    assert len(strangers) - crowd.outcomes.count("busy, all") <= 2 + 3
    others.come("T1:U1", "T1:U2")
    assert await others.seen(2) == ["in", "in"]
    await crowd.seen(taken)


async def test_the_usual_share_of_strangers_leaves_most_permits_to_others() -> None:
    limiter = LookupLimiter(patience=LONG)
    crowd, others = Crowd(limiter), Crowd(limiter)
    crowd.come(*(f"web:{n}" for n in range(1_000)))
    await asyncio.sleep(0.1)
    others.come(*(f"T1:U{n}" for n in range(AT_ONCE - STRANGERS_AT_ONCE)))
    assert await others.seen(AT_ONCE - STRANGERS_AT_ONCE) == ["in"] * (AT_ONCE - STRANGERS_AT_ONCE)
    await crowd.seen(1)


async def test_a_waiting_look_up_gets_the_permit_that_gets_free() -> None:
    crowd = Crowd(LookupLimiter(at_once=4, each=2, waiting_each=2, patience=LONG))
    crowd.come("a", "a", "a")
    await asyncio.sleep(0.02)
    assert crowd.outcomes == ["in", "in"]
    crowd.go.release()
    assert await crowd.seen(3) == ["in", "in", "in"]


async def test_others_are_answered_while_one_persons_look_ups_hang() -> None:
    hanging = {f"hanging{n}.example.net": "never" for n in range(6)}
    async with DnsServer({"example.com": {"MX": ["0 ."]}}, hanging) as server:
        lookup = open_lookup(server.address, budget=30.0)
        slow = [asyncio.create_task(silently(lookup.asked_by("a"), domain)) for domain in hanging]
        while len(server.asked) < 2:
            await asyncio.sleep(0.01)
        assert (await lookup.asked_by("b").mx("example.com")).status == "null"
        assert not any(task.done() for task in slow)
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)


async def silently(lookup: Lookup, domain: str) -> None:
    await lookup.mx(domain)


async def test_the_limiter_forgets_people_whose_look_ups_are_over() -> None:
    limiter = LookupLimiter()
    async with DnsServer({"example.com": {"MX": ["0 ."]}}) as server:
        lookup = open_lookup(server.address, limiter=limiter)
        for number in range(5):
            await lookup.asked_by(f"person {number}").mx("example.com")
    assert (dict(limiter._active), limiter._own) == ({}, {})
