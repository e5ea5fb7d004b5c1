"""The figures of several workers as one: each leaves its own in a file, and whoever is asked adds them up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import time
from typing import Any

import orjson

from app.metrics.figures import KNOWN, Metrics, Snapshot
from app.metrics.process import Usage, usage

EVERY = 1.0
"""Seconds after which a worker leaves its figures anew, beside when it is asked itself."""


class Shared:
    """The workers of one server. The figures of one that has died stay in all that only counts up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / f"{os.getpid()}-{time():.6f}.json"

    def publish(self, snapshot: Snapshot) -> None:
        """Leaves this worker's figures for the others; where the disk takes none, they see those before."""
        fresh = self._file.with_suffix(".new")
        with suppress(OSError):
            fresh.write_bytes(_written(snapshot))
            fresh.replace(self._file)

    def all(self, own: Snapshot) -> tuple[Snapshot, list[Usage]]:
        """The figures of all workers, those of others as they were left, and what each that lives uses.

        Who is asked leaves its own, so that another who is asked next tells no less.
        """
        self.publish(own)
        others = [file.read_bytes() for file in sorted(self._folder.glob("*.json")) if file != self._file]
        found = [orjson.loads(text) for text in (_written(own), *others)]
        living = [one for one in found if _lives(one["usage"]["pid"])]
        counted = (_only(one["figures"], gauges=False) for one in found)
        measured = (_only(one["figures"], gauges=True) for one in living)
        return added([*counted, *measured]), [Usage(**one["usage"]) for one in living]


@asynccontextmanager
async def publishing(metrics: Metrics) -> AsyncIterator[None]:
    """Leaves the figures for the other workers, if there are any, again and again, and once more at the end."""
    if metrics.shared is None:
        yield
        return
    task = asyncio.create_task(_publish_always(metrics.shared, metrics))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _publish_always(shared: Shared, metrics: Metrics) -> None:
    try:
        while True:
            shared.publish(metrics.snapshot())
            await asyncio.sleep(EVERY)
    finally:
        shared.publish(metrics.snapshot())


def _written(snapshot: Snapshot) -> bytes:
    return orjson.dumps({"usage": usage()._asdict(), "figures": snapshot})


def added(snapshots: Iterable[Snapshot]) -> Snapshot:
    """The sum of figures, row by row."""
    sums: dict[str, dict[tuple[str, ...], Any]] = {}
    for snapshot in snapshots:
        for name, rows in snapshot.items():
            known = sums.setdefault(name, {})
            for labels, row in rows:
                known[tuple(labels)] = _sum(known.get(tuple(labels)), row)
    return {name: [(list(labels), row) for labels, row in rows.items()] for name, rows in sums.items()}


def _sum(known: Any, row: Any) -> Any:
    if known is None:
        return row
    if isinstance(row, list):
        return [one + other for one, other in zip(known, row, strict=True)]
    return known + row


def _only(snapshot: Snapshot, *, gauges: bool) -> Snapshot:
    return {name: rows for name, rows in snapshot.items() if (KNOWN[name].kind == "gauge") is gauges}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
