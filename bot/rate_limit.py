"""One person cannot keep the bot from all others: after a burst their questions are answered one after the other."""

from dataclasses import dataclass

BURST = 10  # questions that are answered at once
EVERY = 6.0  # seconds from one to the next, after that
MOST = 10_000  # people that are remembered


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    told: bool = False


class RateLimiter:
    """A token bucket for each person, in the memory of this process."""

    def __init__(self, burst: int = BURST, every: float = EVERY) -> None:
        self._burst, self._every = burst, every
        self._buckets: dict[str, _Bucket] = {}

    def acquire(self, person: str, now: float) -> tuple[float, bool]:
        """(seconds until this question's turn, is it the moment to say so?). `now`: seconds of any steady clock."""
        if not person:
            return 0.0, False
        bucket = self._buckets.setdefault(person, _Bucket(self._burst, now))
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) / self._every) - 1
        bucket.at = now
        if bucket.left >= 0:
            bucket.told = False
            self._tidy()
            return 0.0, False
        tell, bucket.told = not bucket.told, True
        return -bucket.left * self._every, tell

    def seconds_until_free(self, person: str, now: float) -> float:
        """Seconds until a question of this person would be taken at once; nothing is taken. For those who refuse."""
        bucket = self._buckets.get(person)
        left = bucket.left + (now - bucket.at) / self._every if bucket else self._burst
        return max(0.0, (1 - left) * self._every)

    def _tidy(self) -> None:
        while len(self._buckets) > MOST:
            del self._buckets[next(iter(self._buckets))]
