"""Processes that drive the runs of this folder's application until they are told to stop, or are killed.

They are forked from one that has loaded everything, so that they start at once.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from app.engine import driver
from app.engine.interpreter import reach
from app.storage.durable_runs import DurableRows
from tests.durability.desk import DEFINITION, SECONDS, desk, loaded

LEASE = 1
_PRELOADED = ["tests.durability.driver_process", "app.engine.fleet", "procrastinate.manager", "psycopg_pool"]


@dataclass(frozen=True, slots=True)
class DriverProcess:
    """One of them."""

    process: BaseProcess

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def died(self) -> int | None:
        """Waits for its end; minus the signal that killed it."""
        self.process.join(SECONDS)
        return self.process.exitcode


@contextmanager
def driving(
    folder: Path, url: str, where: str = "never", definition: Path = DEFINITION, **given: Any
) -> Iterator[DriverProcess]:
    """A process that drives runs with the settings `given`; it is to kill itself at `where`.

    `before` or `after` it calls the other server, `in` the transaction after that, or `never`.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_main, args=(folder, url, definition, where, given, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        assert ours.poll(SECONDS)
        assert ours.recv() == "driving"
        yield DriverProcess(process)
    finally:
        process.kill()
        process.join()
        ours.close()


def _main(
    folder: Path, url: str, definition: Path, where: str, given: dict[str, Any], parent: Connection
) -> None:
    _kill_itself(where)
    asyncio.run(_drive(folder, url, definition, given, parent))


async def _drive(folder: Path, url: str, definition: Path, given: dict[str, Any], parent: Connection) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with desk(folder, url, loaded(definition), run_lease_seconds=LEASE, **given):
        parent.send("driving")
        await stopped.wait()


def _kill_itself(where: str) -> None:
    if where in ("before", "after"):

        async def reaching(*arguments: Any) -> None:
            if where == "before":
                _die()
            await reach(*arguments)
            _die()

        setattr(driver, "reach", reaching)  # noqa: B010
    if where == "in":
        end = DurableRows.end

        def dying(self: DurableRows, *arguments: Any) -> Any:
            yield from end(self, *arguments)
            _die()

        setattr(DurableRows, "end", dying)  # noqa: B010


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
