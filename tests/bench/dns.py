"""Look-ups a second, and what others notice while half of the name servers hang: `python -m tests.bench.dns`.

Needs neither root nor a network: name servers of tests/servers/dns_server.py, in a process of their own on loopback.
The times depend on the machine; what counts are the ratios within one run. `--json FILE` writes them for machines.
"""

import asyncio
import json
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import click

from bot.answering.engine import load_engine, responder
from bot.answering.lookup import open_lookup
from bot.core.dns.records import Lookup
from bot.core.model import Question
from bot.settings import Settings
from tests.servers.dns_server import DnsServer, Zone

DOMAINS = 400  # that answer; each costs nine questions: MX, four addresses, four policies
RATED = 200  # of them that are looked up in the first rows; all their answers fit into the cache
AT_ONCE = 20  # look-ups under way in the first rows
PEOPLE = 20  # who keep asking, each for a domain that answers and one that hangs in turn
SECONDS = 8.0  # of the rows with PEOPLE
FAQ = "Welcher Port für POP3 mit SSL?"


def zone() -> Zone:
    found: dict[str, dict[str, list[str]]] = {}
    for n in range(DOMAINS):
        name = f"d{n}.example.net"
        found[name] = {"MX": [f"10 mx1.{name}.", f"20 mx2.{name}."], "TXT": ['"v=spf1 mx -all"']}
        found |= {f"mx{k}.{name}": {"A": ["9.9.9.9"], "AAAA": ["2620:fe::9"]} for k in (1, 2)}
        found[f"_dmarc.{name}"] = {"TXT": ['"v=DMARC1; p=reject"']}
    return found


def serve(tell: Connection, faults: dict[str, str], everything_hangs: bool) -> None:
    async def until_told() -> None:
        hanging = dict.fromkeys(zone(), "never") if everything_hangs else faults
        async with DnsServer(zone(), hanging) as server:
            tell.send(server.address)
            await asyncio.to_thread(tell.recv)

    asyncio.run(until_told())


class Servers:
    """Two name servers in processes of their own: one that answers for half of the domains, one that never does."""

    def __enter__(self) -> "Servers":
        faults = {f"hangs{n}.example.net": "never" for n in range(PEOPLE)}
        self._started = [self._start(faults, False), self._start({}, True)]
        self.answers, self.hangs = (address for _, _, address in self._started)
        return self

    def __exit__(self, *raised: object) -> None:
        for process, pipe, _ in self._started:
            pipe.send("stop")
            process.join()

    def _start(self, faults: dict[str, str], everything_hangs: bool) -> tuple[Any, Connection, str]:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, faults, everything_hangs))
        process.start()
        return process, here, here.recv()


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def rate(lookup: Lookup, domains: Sequence[str]) -> tuple[float, float]:
    """(Look-ups a second, AT_ONCE at a time; milliseconds of this process's CPU for one)."""
    left = iter(domains)

    async def work() -> None:
        for domain in left:
            assert (await lookup.mx(domain)).status == "ok"

    before = time.process_time()
    took = await timed(lambda: asyncio.gather(*(work() for _ in range(AT_ONCE))))
    return len(domains) / took, (time.process_time() - before) / len(domains) * 1_000


async def others(ask: Callable[[int], Awaitable[Any]], pause: float, until: float) -> list[float]:
    """How long each of somebody's questions took, one after the other."""
    times: list[float] = []
    while time.perf_counter() < until:
        number = len(times)
        times.append(await timed(partial(ask, number)))
        await asyncio.sleep(pause)
    return times


async def noticed(respond: Callable[..., Awaitable[Any]], lookup: Lookup, *, crowd: int) -> dict[str, Any]:
    """What two bystanders notice, one with FAQ questions and one with look-ups, while a crowd's look-ups half hang."""
    until = time.perf_counter() + SECONDS
    done = {"answered": 0, "hung": 0}

    async def person(number: int) -> None:
        mine, turn = lookup.asked_by(f"person {number}"), 0
        await asyncio.sleep(SECONDS / 2 * number / crowd)  # else what hangs ends for all at once, again and again
        while time.perf_counter() < until:
            hangs = turn % 2 == 0
            found = await mine.mx(
                f"hangs{number}.example.net" if hangs else f"d{(turn * 7 + number) % 300}.example.net"
            )
            done["hung" if found.status == "timeout" else "answered"] += 1
            turn += 1

    bystander = lookup.asked_by("bystander")
    (faq, mx), _ = await asyncio.gather(
        asyncio.gather(
            others(lambda _: respond(Question(FAQ)), 0.02, until),
            others(lambda number: bystander.mx(f"d{300 + number % 100}.example.net"), 0.05, until),
        ),
        asyncio.gather(*(person(number) for number in range(crowd))),
    )
    return {"crowd": crowd, **done, "faq_ms": in_ms(faq), "mx_ms": in_ms(mx)}


def in_ms(times: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile and longest."""
    ordered = sorted(times)
    picked = {"p50": statistics.median(ordered), "p99": ordered[int(len(ordered) * 0.99)], "most": ordered[-1]}
    return {name: round(seconds * 1_000, 1) for name, seconds in picked.items()}


async def first_hangs(servers: Servers) -> dict[str, Any]:
    """Two name servers are configured and the first one hangs: the first look-up, and the median of those after it."""
    lookup = open_lookup(f"{servers.hangs}, {servers.answers}")
    alone = open_lookup(servers.answers)
    times = [await timed(partial(lookup.mx, f"d{n}.example.net")) for n in range(20)]
    plain = [await timed(partial(alone.mx, f"d{n}.example.net")) for n in range(20)]
    after, without = statistics.median(times[1:]), statistics.median(plain)
    return {
        "first_ms": round(times[0] * 1_000, 1),
        "after_ms": round(after * 1_000, 1),
        "alone_ms": round(without * 1_000, 1),
        "ratio": round(after / without, 2),
    }


async def measured(servers: Servers, folder: Path) -> dict[str, Any]:
    settings = Settings(postbote_data_dir=folder, postbote_nameservers=servers.answers)
    engine = load_engine(settings)
    respond = responder(engine, settings)
    domains = [f"d{n}.example.net" for n in range(RATED)]
    lookup = open_lookup(servers.answers)
    cold, cold_cpu = await rate(lookup, domains)
    cached, cached_cpu = await rate(lookup, domains)
    calm = await noticed(respond, open_lookup(servers.answers), crowd=0)
    busy = await noticed(respond, open_lookup(servers.answers), crowd=PEOPLE)
    ratios = {
        kind: {p: round(busy[kind][p] / calm[kind][p], 2) for p in ("p50", "p99")} for kind in ("faq_ms", "mx_ms")
    }
    return {
        "lookups_per_second": round(cold),
        "lookups_per_second_cached": round(cached),
        "cached_to_cold": round(cached / cold, 1),
        "cpu_ms": round(cold_cpu, 1),
        "cpu_ms_cached": round(cached_cpu, 1),
        "alone": calm,
        "half_hang": busy,
        "ratios": ratios,
        "first_server_hangs": await first_hangs(servers),
    }


@click.command()
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too.")
def main(file: Path | None) -> None:
    """Measure and print."""
    with Servers() as servers, tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(servers, Path(folder)))
    click.echo(f"look-ups a second, {AT_ONCE} at once: {found['lookups_per_second']}, CPU {found['cpu_ms']} ms each")
    cached, ratio = found["lookups_per_second_cached"], found["cached_to_cold"]
    click.echo(f"… all of them cached:           {cached}, CPU {found['cpu_ms_cached']} ms each (ratio {ratio})")
    click.echo(f"\n{'ms':<44}{'p50':>8}{'p99':>8}{'most':>8}")
    for kind, name in (("faq_ms", "an answer from the FAQ"), ("mx_ms", "a look-up of one who answers")):
        for row, when in (("alone", "alone"), ("half_hang", f"{PEOPLE} ask, half of it hangs")):
            figures = "".join(f"{found[row][kind][p]:>8}" for p in ("p50", "p99", "most"))
            click.echo(f"{name + ', ' + when:<44}{figures}")
        click.echo(f"{'  ratio':<44}{found['ratios'][kind]['p50']:>8}{found['ratios'][kind]['p99']:>8}")
    click.echo(f"\nthe crowd: {found['half_hang']['answered']} answered, {found['half_hang']['hung']} hung")
    first = found["first_server_hangs"]
    click.echo(
        f"of two name servers the first hangs: first look-up {first['first_ms']} ms, then {first['after_ms']} ms; "
        f"without it {first['alone_ms']} ms (ratio {first['ratio']})"
    )
    if file:
        file.write_text(f"{json.dumps(found, indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
