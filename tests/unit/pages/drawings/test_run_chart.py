"""The picture of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.pages.drawings.run_chart import LEFT, MOST_MOMENTS, RIGHT, WIDTH, Chart, run_chart
from app.resolvers.runs import RunView

BEGIN = datetime(2026, 11, 22, 23, 58, 7, tzinfo=UTC)


def run(after: float, seconds: float | None, state: str = "completed") -> RunView:
    created = BEGIN + timedelta(seconds=after)
    ended = None if seconds is None else created + timedelta(seconds=seconds)
    return RunView("id", "Say", state, None, None, created, None, ended, None)


def chart(*runs: RunView) -> Chart:
    found = run_chart(runs)
    assert found is not None
    return found


def test_longer_runs_are_higher_and_later_ones_farther_right() -> None:
    first, second, third = chart(run(0, 0.001), run(10, 0.1), run(20, 10)).dots
    assert first.x < second.x < third.x and first.y > second.y > third.y
    assert first.x >= LEFT and third.x <= WIDTH - RIGHT


def test_runs_that_have_not_ended_are_not_shown() -> None:
    assert run_chart([run(0, None, "running")]) is None
    assert len(chart(run(0, None), run(1, 1)).dots) == 1


def test_numbers_tell_how_long_runs_take() -> None:
    runs = [run(number, 0.001 * number) for number in range(1, 101)]
    shown = chart(*runs, run(0, 0.5, "fatal_errored"))
    assert (shown.median, shown.most, shown.failed) == ("51 ms", "96 ms", 1)


@pytest.mark.parametrize(
    ("span", "first"),
    [
        (0, "22 Nov 23:58:07"),
        (3, "23:58:07"),
        (100, "23:58:30"),
        (3600, "23 Nov 00:00"),
        (86_400, "23 Nov 00:00"),
        (86_400 * 3, "23 Nov 00:00"),
        (86_400 * 6, "23 Nov"),
        (86_400 * 365 * 5, "03 Dec 2026"),
    ],
)
def test_moments_are_round_and_few(span: int, first: str) -> None:
    shown = chart(run(0, 1), run(span, 1)).moments
    assert 1 <= len(shown) <= MOST_MOMENTS + 1
    assert shown[0].text == first
    assert all(LEFT <= tick.at <= WIDTH - RIGHT for tick in shown)
