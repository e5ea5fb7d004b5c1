import pytest

from app.auth.limiter import AttemptLimiter


def attempts(limiter: AttemptLimiter, key: str, limit: int, *moments: float) -> list[int | None]:
    return [limiter.check(key, limit, now) for now in moments]


def test_check_within_the_limit_is_none() -> None:
    assert attempts(AttemptLimiter(), "a", 3, 100.0, 100.0, 100.0) == [None, None, None]


def test_check_over_the_limit_says_how_long_to_wait() -> None:
    assert attempts(AttemptLimiter(), "a", 2, 100.0, 110.0, 110.5, 159.9, 160.0) == [None, None, 50, 1, None]


def test_check_slides_rather_than_starting_each_minute_anew() -> None:
    moments = (59.0, 59.0, 61.0, 118.9, 119.0, 119.0, 119.0)
    assert attempts(AttemptLimiter(), "a", 2, *moments) == [None, None, 58, 1, None, None, 60]


def test_check_of_a_refused_attempt_is_not_counted() -> None:
    assert attempts(AttemptLimiter(), "a", 1, 0.0, 30.0, 59.0, 60.0) == [None, 30, 1, None]


def test_check_of_one_key_leaves_others_alone() -> None:
    limiter = AttemptLimiter()
    assert limiter.check("a", 1, 0.0) is None
    assert limiter.check("b", 1, 0.0) is None
    assert limiter.check("a", 1, 0.0) == 60


def test_check_with_a_lowered_limit_waits_for_all_that_are_over() -> None:
    limiter = AttemptLimiter()
    assert attempts(limiter, "a", 3, 0.0, 10.0, 20.0) == [None, None, None]
    assert limiter.check("a", 1, 30.0) == 50


@pytest.mark.parametrize("limit", [0, -1])
def test_check_with_no_limit_left_always_refuses(limit: int) -> None:
    assert attempts(AttemptLimiter(), "a", limit, 0.0, 1000.0) == [60, 60]


def test_limiter_forgets_the_key_checked_longest_ago() -> None:
    limiter = AttemptLimiter(most_keys=2)
    for key in ("a", "b", "a", "c"):
        limiter.check(key, 1, 0.0)
    assert len(limiter) == 2
    assert limiter.check("a", 1, 1.0) == 59
    assert limiter.check("b", 1, 1.0) is None


def test_limiter_under_a_flood_of_keys_stays_bounded() -> None:
    limiter = AttemptLimiter(most_keys=100)
    assert all(limiter.check(f"user {number}", 5, 0.0) is None for number in range(1000))
    assert len(limiter) == 100


def test_check_of_any_text_is_counted() -> None:
    assert attempts(AttemptLimiter(), "\ud800" * 10_000, 1, 0.0, 0.0) == [None, 60]


def test_attempts_count_for_as_long_as_the_window_is() -> None:
    limiter = AttemptLimiter(window=1.0)
    assert [limiter.check("a", 1, now) for now in (0.0, 0.5, 1.0, 1.9, 2.0)] == [None, 1, None, 1, None]
