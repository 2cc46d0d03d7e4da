"""Two versions of Postbote at the same time: `python -m tests.bench.paired OLD NEW`, folders of a checkout each.

Runs one after the other differ by 15 % on a machine that others use too. Here both processes run at once and take the
events in turn, so that whatever disturbs one disturbs the other. The same code twice on a busy machine: medians of four
rounds within 1 %, a round within 2 % (acknowledgements 5 %, flat out 8 %). What is told is NEW as a multiple of OLD,
as they take the machine from each other. On a machine with more to do than it has cores the times say nothing
all the same (1.4 for the same code): raise the priority of the whole run (`chrt -r 1`), or look at the CPU alone.
`git worktree add --detach FOLDER COMMIT` makes OLD.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import click

from tests.bench.figures import quantile
from tests.bench.folders import data_folder
from tests.bench.path import WARM, open_load, variables
from tests.bench.system import cpu_seconds
from tests.servers.fake_slack import FakeSlack
from tests.servers.postbote import Postbote

RATE = 60  # events a second, of both together
Found = Mapping[str, float]


@click.command(help="CPU and time of a reply of NEW as multiples of OLD, both running at once.")
@click.argument("old", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("new", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--rounds", default=4, show_default=True, type=click.IntRange(1), help="Each with the other one first.")
@click.option("--seconds", default=10.0, show_default=True, help="Of a round.")
def main(old: Path, new: Path, rounds: int, seconds: float) -> None:
    found: list[Found] = []
    for number in range(rounds):
        folders = (old.resolve(), new.resolve())
        turn = number % 2
        both = asyncio.run(_round(folders[::-1] if turn else folders, seconds))
        before, after = both[::-1] if turn else both
        found.append({name: after[name] / before[name] for name in before})
    for name in found[0]:
        ratios = [one[name] for one in found]
        click.echo(f"{name:<20} {median(ratios):6.3f}   {' '.join(f'{ratio:.3f}' for ratio in ratios)}")


async def _round(folders: Sequence[Path], seconds: float) -> Sequence[Found]:
    """Figures of each folder, in their order."""
    slack = FakeSlack()
    await slack.start()
    each = round(RATE * seconds / 2)
    with ExitStack() as stack:
        own = [stack.enter_context(_running(folder, slack)) for folder in folders]
        async with open_load(slack, *(f"{process.url}slack/events" for process in own)) as load:
            await load.at_rate(2 * WARM, RATE)
            begun = [cpu_seconds(process.pid) for process in own]
            acknowledged, replied = await load.at_rate(2 * each, RATE)
            at_rate = [cpu_seconds(process.pid) for process in own]
            await load.flat_out(2 * each)
            ended = [cpu_seconds(process.pid) for process in own]
    await slack.stop()
    return [
        {
            "acknowledged, p50": quantile(acknowledged[n::2], 0.5),
            "replied, p50": quantile(replied[n::2], 0.5),
            "CPU at that rate": (at_rate[n] - begun[n]) / each,
            "CPU flat out": (ended[n] - at_rate[n]) / each,
        }
        for n in range(2)
    ]


@contextmanager
def _running(folder: Path, slack: FakeSlack) -> Iterator[Postbote]:
    with data_folder() as data:
        process = Postbote(data, **variables(slack))
        process.project = folder
        process.start()
        try:
            yield process
        finally:
            process.stop()


if __name__ == "__main__":
    main()
