"""About one message a second in a channel, in the order of the questions (docs.slack.dev/apis/web-api/rate-limits)."""

import asyncio
import contextlib
import heapq
import itertools
from dataclasses import dataclass, field

EVERY = 1.0  # seconds from one post in a channel to the next
GRACE = 0.5  # seconds that the post which was refused gets to come back first
PATIENCE = 1.0  # seconds that a post waits for the answers to earlier questions; one takes 7 to 70 ms (tests/bench)


@dataclass(slots=True)
class _Line:
    waiting: list[tuple[str, int, asyncio.Future[None]]] = field(default_factory=list)
    coming: dict[str, float] = field(default_factory=dict)  # order → until when it is waited for, by the loop's clock
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    next_at: float = 0.0  # of the loop's clock
    task: asyncio.Task[None] | None = None


class Pace:
    """Who posts next in each channel; one process's own."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._lines: dict[str, _Line] = {}
        self._numbers = itertools.count()

    def expect(self, channel: str, order: str) -> None:
        """A question has come whose answer is still being found: later ones do not overtake it."""
        line = self._lines.setdefault(channel, _Line())
        line.coming[order] = asyncio.get_running_loop().time() + PATIENCE
        self._begin(channel, line)

    async def turn(self, channel: str, order: str) -> None:
        """Returns when it is this post's turn; of those that wait, the one with the least `order` is next."""
        line = self._lines.setdefault(channel, _Line())
        line.coming.pop(order, None)
        mine = asyncio.get_running_loop().create_future()
        heapq.heappush(line.waiting, (order, next(self._numbers), mine))
        line.changed.set()
        self._begin(channel, line)
        await mine

    def hold(self, channel: str, seconds: float) -> None:
        """Nothing is posted in this channel for so long: Slack asked for it."""
        line = self._lines.setdefault(channel, _Line())
        line.next_at = max(line.next_at, asyncio.get_running_loop().time() + seconds + GRACE)
        self._begin(channel, line)

    def _begin(self, channel: str, line: _Line) -> None:
        if line.task is None:
            line.task = asyncio.create_task(self._serve(channel, line))

    async def _serve(self, channel: str, line: _Line) -> None:
        loop = asyncio.get_running_loop()
        while line.waiting or line.coming:
            line.changed.clear()
            left = _ready_at(line) - loop.time()
            if left > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(line.changed.wait(), left)
            elif line.waiting:
                mine = heapq.heappop(line.waiting)[2]
                if not mine.done():
                    mine.set_result(None)
                    line.next_at = loop.time() + self._every
            line.coming = {order: until for order, until in line.coming.items() if until > loop.time()}
        while line.next_at > loop.time():  # whoever comes next must wait for it
            await asyncio.sleep(line.next_at - loop.time())
        if line.waiting or line.coming:
            line.task = asyncio.create_task(self._serve(channel, line))
        else:
            del self._lines[channel]


def _ready_at(line: _Line) -> float:
    """When the first that waits may go, where nothing changes until then; the loop's clock."""
    first = line.waiting[0][0] if line.waiting else None
    earlier = [until for order, until in line.coming.items() if first is None or order < first]
    return max([line.next_at, *earlier])
