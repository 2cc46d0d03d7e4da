"""About one message a second in a channel, in the order of the questions (docs.slack.dev/apis/web-api/rate-limits)."""

import asyncio
import heapq
import itertools
from dataclasses import dataclass, field

EVERY = 1.0  # seconds from one post in a channel to the next
GRACE = 0.5  # seconds that the post which was refused gets to come back first


@dataclass(slots=True)
class _Line:
    waiting: list[tuple[str, int, asyncio.Future[None]]] = field(default_factory=list)
    next_at: float = 0.0  # of the loop's clock
    task: asyncio.Task[None] | None = None


class Pace:
    """Who posts next in each channel; one process's own."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._lines: dict[str, _Line] = {}
        self._numbers = itertools.count()

    async def turn(self, channel: str, order: str) -> None:
        """Returns when it is this post's turn; of those that wait, the one with the least `order` is next."""
        line = self._lines.setdefault(channel, _Line())
        mine = asyncio.get_running_loop().create_future()
        heapq.heappush(line.waiting, (order, next(self._numbers), mine))
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
        while True:
            while line.next_at > loop.time():
                await asyncio.sleep(line.next_at - loop.time())
            if not line.waiting:
                del self._lines[channel]
                return
            mine = heapq.heappop(line.waiting)[2]
            if not mine.done():
                mine.set_result(None)
                line.next_at = loop.time() + self._every
