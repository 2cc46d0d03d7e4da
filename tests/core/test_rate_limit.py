"""Rate limiter: a burst at once, then each question its own turn; who refuses takes no token."""

from bot.core.rate_limit import MOST, RateLimiter


def test_a_person_who_floods_the_bot_is_slowed_told_once_and_forgiven() -> None:
    limiter = RateLimiter(burst=2, every=6.0)
    found = [limiter.acquire("U1", at) for at in (0.0, 0.0, 0.0, 0.0)]
    assert found == [(0.0, False), (0.0, False), (6.0, True), (12.0, False)]
    assert limiter.acquire("U2", 0.0) == (0.0, False)
    assert limiter.acquire("U1", 60.0) == (0.0, False)


def test_a_refused_request_takes_no_token() -> None:
    limiter = RateLimiter(burst=2, every=6.0)
    assert [limiter.try_acquire("U1", at) for at in (0.0, 0.0, 0.0, 4.0, 6.0, 6.0)] == [0.0, 0.0, 6.0, 2.0, 0.0, 6.0]
    assert limiter.seconds_until_free("U1", 7.5) == 4.5
    assert limiter.seconds_until_free("U2", 7.5) == 0.0


def test_nobody_without_a_name_is_limited() -> None:
    limiter = RateLimiter(burst=1, every=6.0)
    assert [limiter.acquire("", 0.0) for _ in range(3)] == [(0.0, False)] * 3


def test_a_token_is_not_saved_up_beyond_the_burst() -> None:
    limiter = RateLimiter(burst=1, every=6.0)
    assert limiter.acquire("U1", 0.0) == (0.0, False)
    assert [limiter.try_acquire("U1", 600.0) for _ in range(2)] == [0.0, 6.0]


def test_the_memory_of_people_is_bounded() -> None:
    limiter = RateLimiter(burst=1, every=6.0)
    for number in range(MOST + 1):
        limiter.acquire(f"U{number}", 0.0)
    assert limiter.seconds_until_free("U0", 0.0) == 0.0  # the oldest is forgotten
    assert limiter.seconds_until_free("U1", 0.0) == 6.0
