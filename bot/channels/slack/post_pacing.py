"""Rate limiter of posts: about one message a second in each channel (docs.slack.dev/apis/web-api/rate-limits).

Posts that wait go in the order in which they came to post. Nothing is promised about the order of their questions: an
answer that is found sooner is posted sooner.
"""

import asyncio
import itertools
from dataclasses import dataclass, field

EVERY = 1.0  # seconds from one post in a channel to the next
TIDIED = 2  # channels that every call looks at, to drop those at rest


@dataclass(slots=True)
class _ChannelQueue:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # first come, first served; a waiter may be cancelled
    next_at: float = 0.0  # when the next post may go, by the loop's clock

    def is_at_rest(self, now: float) -> bool:
        return not self.turn.locked() and self.next_at <= now


class PostPacer:
    """Rate limiter by channel, in the memory of one process and on one event loop."""

    def __init__(self, every: float = EVERY) -> None:
        """`every`: seconds from one post in a channel to the next."""
        self._every = every
        # Least recently used first; those at rest are dropped by each call
        self._channels: dict[str, _ChannelQueue] = {}

    async def acquire(self, channel: str) -> None:
        """Waits until a post may go out in this channel. Where none waits it returns at once: nothing else runs."""
        known, loop = self._channel(channel), asyncio.get_running_loop()
        async with known.turn:
            while (wait := known.next_at - loop.time()) > 0:  # looked at again: `hold` may have moved it
                await asyncio.sleep(wait)
            known.next_at = loop.time() + self._every

    def hold(self, channel: str, seconds: float) -> None:
        """Stops all posts in this channel for so many seconds: Slack answered 429 with this Retry-After."""
        known = self._channel(channel)
        known.next_at = max(known.next_at, asyncio.get_running_loop().time() + seconds)

    def _channel(self, channel: str) -> _ChannelQueue:
        """State of a channel. Those that were used longest ago are dropped meanwhile, if they are at rest."""
        now = asyncio.get_running_loop().time()
        for name in list(itertools.islice(self._channels, TIDIED)):
            known = self._channels.pop(name)
            if not known.is_at_rest(now):
                self._channels[name] = known
        return self._channels.setdefault(channel, _ChannelQueue())
