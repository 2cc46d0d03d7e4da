"""Token-bucket rate limiter for each person: 10 questions at once, then one every 6 seconds.

One person cannot keep the bot from all others. The bucket may go below zero, which gives every waiting question a turn
of its own; so nothing is refused where the caller can wait.
"""

from dataclasses import dataclass

BURST = 10  # tokens of a full bucket: questions that are answered at once
EVERY = 6.0  # seconds from one token to the next
MOST = 10_000  # buckets that are remembered; the oldest goes first


@dataclass(slots=True)
class _Bucket:
    tokens: float  # at `at`; below zero: so many wait
    at: float
    told: bool = False  # True if the person knows of the wait, until a question is taken at once again


class RateLimiter:
    """Token buckets by person, in the memory of this process."""

    def __init__(self, burst: int = BURST, every: float = EVERY) -> None:
        """`burst`: tokens of a full bucket. `every`: seconds from one token to the next."""
        self._burst, self._every = burst, every
        self._buckets: dict[str, _Bucket] = {}

    def acquire(self, person: str, now: float) -> tuple[float, bool]:
        """(seconds until this question's turn, True if the person must be told): a token is taken in any case.

        `person`: empty where it is not known, which is never limited. `now`: seconds of any steady clock. Told is once
        for each time that the bucket runs empty.
        """
        if not person:
            return 0.0, False
        bucket = self._buckets.setdefault(person, _Bucket(self._burst, now))
        bucket.tokens, bucket.at = self._tokens(bucket, now) - 1, now
        if bucket.tokens >= 0:
            bucket.told = False
            self._forget_oldest()
            return 0.0, False
        tell, bucket.told = not bucket.told, True
        return -bucket.tokens * self._every, tell

    def try_acquire(self, person: str, now: float) -> float:
        """Seconds until a token is free; 0: one was free, and is taken. For callers that refuse instead of waiting."""
        seconds = self.seconds_until_free(person, now)
        if not seconds:
            self.acquire(person, now)
        return seconds

    def seconds_until_free(self, person: str, now: float) -> float:
        """Seconds until `try_acquire` would take a token; takes none."""
        bucket = self._buckets.get(person)
        tokens = self._tokens(bucket, now) if bucket else self._burst
        return max(0.0, (1 - tokens) * self._every)

    def _tokens(self, bucket: _Bucket, now: float) -> float:
        return min(self._burst, bucket.tokens + (now - bucket.at) / self._every)

    def _forget_oldest(self) -> None:
        while len(self._buckets) > MOST:
            del self._buckets[next(iter(self._buckets))]
