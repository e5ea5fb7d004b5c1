"""What is measured of runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

STEPS = ("one", "two", "three")
Perform = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Runs a second, and after how many milliseconds one is completed."""

    per_second: float
    p50_ms: float
    p95_ms: float


async def measure_loop(perform: Perform, seconds: float, at_once: int) -> RunFigures:
    """Performs the next as soon as one is completed, so many at once."""
    took: list[float] = []
    begun = perf_counter()
    until = begun + seconds

    async def one_after_the_other(first: int) -> None:
        number = first
        while (start := perf_counter()) < until:
            await perform(number)
            took.append(perf_counter() - start)
            number += at_once

    await asyncio.gather(*map(one_after_the_other, range(at_once)))
    spent = perf_counter() - begun
    return RunFigures(len(took) / spent, percentile(took, 0.5), percentile(took, 0.95))


def percentile(seconds: Sequence[float], share: float) -> float:
    """The time in milliseconds within which this share of them ended."""
    return sorted(seconds)[int(share * (len(seconds) - 1))] * 1000
