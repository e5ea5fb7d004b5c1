"""A picture of runs: when each began, how long it took, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, log10

from app.pages.drawings.times import told_seconds
from app.resolvers.runs import RunView

WIDTH, HEIGHT = 960, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 28
MOST_MOMENTS = 6
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(1, 2, 5, 10, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY),
)
"""Seconds between the times that are shown."""
_LEAST = 0.0001
"""Seconds; what was quicker is drawn as this."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One run in the picture."""

    x: float
    y: float
    run: RunView
    told: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the picture's grid, and what stands at it."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture; durations go up by powers of ten."""

    dots: Sequence[Dot]
    durations: Sequence[Tick]
    moments: Sequence[Tick]
    median: str
    most: str
    """What 95 of 100 did not exceed."""
    failed: int
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def run_chart(runs: Sequence[RunView]) -> Chart | None:
    """The picture of those that have ended; None where there are none."""
    timed = [(run, max(seconds, _LEAST)) for run in runs if (seconds := seconds_of(run)) is not None]
    if not timed:
        return None
    first, last = min(run.created for run, _ in timed), max(run.created for run, _ in timed)
    span = (last - first).total_seconds() or 1.0
    low = floor(log10(min(seconds for _, seconds in timed)))
    high = max(low + 1, ceil(log10(max(seconds for _, seconds in timed))))

    def x(moment: datetime) -> float:
        share = (moment - first).total_seconds() / span
        return round(LEFT + 8 + share * (WIDTH - LEFT - RIGHT - 16), 1)

    def y(seconds: float) -> float:
        share = (log10(seconds) - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    dots = [Dot(x(run.created), y(seconds), run, told_seconds(seconds)) for run, seconds in timed]
    durations = [Tick(y(10**power), told_seconds(10**power)) for power in range(low, high + 1)]
    ordered = sorted(seconds for _, seconds in timed)
    return Chart(
        dots,
        durations,
        _moments(first, last, x),
        median=told_seconds(ordered[len(ordered) // 2]),
        most=told_seconds(ordered[ceil(len(ordered) * 0.95) - 1]),
        failed=sum(run.state == "fatal_errored" for run, _ in timed),
    )


def seconds_of(run: RunView) -> float | None:
    """How long a run took from its start to its end; None while it has not ended."""
    return None if run.ended is None else max(0.0, (run.ended - run.created).total_seconds())


def _moments(first: datetime, last: datetime, place: Callable[[datetime], float]) -> list[Tick]:
    """Round times between the first and the last."""
    span = (last - first).total_seconds()
    step = next((step for step in _STEPS if span / step <= MOST_MOMENTS), _STEPS[-1])
    if span < step:
        return [Tick(place(first), f"{first:%d %b %H:%M:%S}")]
    words = (
        f"%d %b{' %Y' if first.year != last.year else ''}"
        if step >= _DAY
        else "%H:%M"
        if step >= _MINUTE
        else "%H:%M:%S"
    )
    if step < _DAY and first.date() != last.date():
        words = _words(step, first, last)
    begin = ceil(first.timestamp() / step) * step
    every = max(step, ceil(span / MOST_MOMENTS / step) * step)
    moments = (datetime.fromtimestamp(at, UTC) for at in range(begin, int(last.timestamp()) + 1, every))
    return [Tick(place(moment), f"{moment:{words}}") for moment in moments]


def _words(step: int, first: datetime, last: datetime) -> str:
    """How moments so many seconds apart are written."""
    if step >= _DAY:
        return "%d %b" if first.year == last.year else "%d %b %Y"
    time = "%H:%M" if step >= _MINUTE else "%H:%M:%S"
    return time if first.date() == last.date() else f"%d %b {time}"
