"""What work costs, as a machine with nothing else to do would count it."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, process_time

ORDINARY = 0.005
"""Processor seconds of the work below on a machine that is idle."""
PROCESS = "sorted(str(number) * 3 for number in range(1_000_000))"
ORDINARY_PROCESS = 0.15


@dataclass(slots=True)
class Cost:
    """`seconds` of the processor, known when the block has ended."""

    seconds: float = 0.0


@contextmanager
def cost() -> Iterator[Cost]:
    """What its block costs. The collector does not look at what other tests left.

    A processor that is shared does less in a second, so the same work beside the block is the measure.
    """
    spent = Cost()
    gc.freeze()
    try:
        before, start = slowness(), process_time()
        yield spent
        spent.seconds = process_time() - start
        spent.seconds /= max(before, slowness())
    finally:
        gc.unfreeze()


def slowness() -> float:
    """How many times longer the processor takes here and now than on a machine that is idle; 1 at least."""
    start = process_time()
    sorted(str(number) * 3 for number in range(40_000))
    return max(1.0, (process_time() - start) / ORDINARY)


def crowding() -> float:
    """How many times longer a process lasts here and now than on a machine that is idle; 1 at least."""
    start = monotonic()
    subprocess.run([sys.executable, "-S", "-c", PROCESS], check=True)
    return max(1.0, (monotonic() - start) / ORDINARY_PROCESS)
