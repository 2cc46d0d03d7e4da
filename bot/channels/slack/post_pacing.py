"""About one message a second in a channel, in the order of the questions (docs.slack.dev/apis/web-api/rate-limits)."""

import asyncio
import contextlib
import heapq
import itertools
from dataclasses import dataclass, field

EVERY = 1.0  # seconds from one post in a channel to the next
GRACE = 0.5  # seconds that the post which was refused gets to come back first
PATIENCE = 1.0  # seconds that a post waits for the answers to earlier questions; one takes 7 to 70 ms (tests/bench)
TIDIED = 2  # channels that are looked at with every call, whether they are at rest


@dataclass(slots=True)
class _ChannelQueue:
    waiting: list[tuple[str, int, asyncio.Future[None]]] = field(default_factory=list)
    coming: dict[str, float] = field(default_factory=dict)  # order → until when it is waited for, by the loop's clock
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    next_at: float = 0.0  # of the loop's clock
    task: asyncio.Task[None] | None = None  # while somebody waits

    def ready_at(self, order: str) -> float:
        """When this one may go, if it is the first and nothing changes until then; the loop's clock."""
        return max([self.next_at, *(until for other, until in self.coming.items() if other < order)])

    def is_at_rest(self, now: float) -> bool:
        return not self.task and max([self.next_at, *self.coming.values()]) <= now

    def expire(self, now: float) -> None:
        """Who was waited for for long enough is not waited for any more."""
        self.coming = {order: until for order, until in self.coming.items() if until > now}


class PostPacer:
    """Who posts next in each channel; one process's own."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._lines: dict[str, _ChannelQueue] = {}
        self._numbers = itertools.count()

    def expect(self, channel: str, order: str) -> None:
        """A question has come whose answer is still being found: later ones do not overtake it."""
        line, now = self._line(channel), asyncio.get_running_loop().time()
        line.expire(now)
        line.coming[order] = now + PATIENCE

    async def turn(self, channel: str, order: str) -> None:
        """Returns when it is this post's turn; of those that wait, the one with the least `order` is next.

        At once, as a rule: then nothing else runs in between.
        """
        line, loop = self._line(channel), asyncio.get_running_loop()
        line.coming.pop(order, None)
        if not line.waiting and line.ready_at(order) <= loop.time():
            line.next_at = loop.time() + self._every
            return
        mine = loop.create_future()
        heapq.heappush(line.waiting, (order, next(self._numbers), mine))
        line.changed.set()
        line.task = line.task or asyncio.create_task(self._serve(line))
        await mine

    def hold(self, channel: str, seconds: float) -> None:
        """Nothing is posted in this channel for so long: Slack asked for it."""
        line = self._line(channel)
        line.next_at = max(line.next_at, asyncio.get_running_loop().time() + seconds + GRACE)

    def _line(self, channel: str) -> _ChannelQueue:
        """A channel's; the longest known ones that are at rest are forgotten meanwhile."""
        now = asyncio.get_running_loop().time()
        for name in list(itertools.islice(self._lines, TIDIED)):
            line = self._lines.pop(name)
            if not line.is_at_rest(now):
                self._lines[name] = line
        return self._lines.setdefault(channel, _ChannelQueue())

    async def _serve(self, line: _ChannelQueue) -> None:
        loop = asyncio.get_running_loop()
        while line.waiting:
            line.changed.clear()
            left = line.ready_at(line.waiting[0][0]) - loop.time()
            if left > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(line.changed.wait(), left)
            else:
                mine = heapq.heappop(line.waiting)[2]
                if not mine.done():
                    mine.set_result(None)
                    line.next_at = loop.time() + self._every
            line.expire(loop.time())
        line.task = None
