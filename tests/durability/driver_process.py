"""A process that drives the runs of this folder's application until it is told to stop, or is killed.

Arguments: the folder of its data, the database, the definition, seconds of a lease, and where it is to kill itself:
`before` or `after` it calls the other server, `in` the transaction after that, or `never`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from app.engine import driver
from app.engine.interpreter import reach
from app.storage.durable_runs import DurableRows
from tests.durability.desk import desk, loaded


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


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


async def main(folder: str, database_url: str, definition: str, lease: str, where: str) -> None:
    """Drives until SIGTERM."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    _kill_itself(where)
    async with desk(Path(folder), database_url, loaded(Path(definition)), run_lease_seconds=float(lease)):
        print("driving", flush=True)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
