"""A picture of runs: when each began, how long it took, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, log10

from app.resolvers.runs import RunView

WIDTH, HEIGHT = 960, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 28
_LEAST = 0.0005
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
    width: int = WIDTH
    height: int = HEIGHT
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

    def x(run: RunView) -> float:
        share = (run.created - first).total_seconds() / span
        return round(LEFT + 8 + share * (WIDTH - LEFT - RIGHT - 16), 1)

    def y(seconds: float) -> float:
        share = (log10(seconds) - low) / (high - low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)

    dots = [Dot(x(run), y(seconds), run, told_seconds(seconds)) for run, seconds in timed]
    durations = [Tick(y(10**power), told_seconds(10**power)) for power in range(low, high + 1)]
    return Chart(dots, durations, _moments(first, last))


def seconds_of(run: RunView) -> float | None:
    """How long a run took from its start to its end; None while it has not ended."""
    return None if run.ended is None else max(0.0, (run.ended - run.created).total_seconds())


def told_seconds(seconds: float) -> str:
    """A time as people read it: 0.4 ms, 12 ms, 3.2 s, 5 min, 2 h."""
    for limit, factor, unit in ((1, 1000.0, "ms"), (120, 1.0, "s"), (7200, 1 / 60, "min")):
        if seconds < limit:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds / 3600:,.0f} h"


def _moments(first: datetime, last: datetime) -> list[Tick]:
    if first == last:
        return [Tick(LEFT + 8, f"{first:%d %b %H:%M}")]
    words = "%H:%M:%S" if (last - first).total_seconds() < 3600 else "%d %b %H:%M"
    return [Tick(LEFT + 8, f"{first:{words}}"), Tick(WIDTH - RIGHT - 8, f"{last:{words}}")]
