"""Who calls for runs to be driven, and when: in this process alone, or by a queue that several share.

The rows of the runs are the truth. A dispatcher only has to call `drive` at least once for what is due; what it
forgets, a sweep finds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

from app.logs import get_logger
from app.storage.work import Work

Drive = Callable[[str], Awaitable[None]]
Tick = Callable[[], Awaitable[None]]
log = get_logger()

NEAR = 5.0
"""Seconds within which a run is waited for here; what goes on later, a sweep finds."""


class Dispatcher(Protocol):
    """What an engine of runs needs of a queue."""

    @property
    def has_room(self) -> bool:
        """Whether a run of which it is told now would be driven in this process at once."""
        ...

    def defer(self, run: str) -> Work[None]:
        """What belongs into the transaction that makes a run due that is not begun here."""
        ...

    def begin(self, run: str) -> None:
        """Says, after the transaction, that a run shall be driven here, which was not deferred."""
        ...

    def notify(self, run: str, at: datetime | None = None) -> None:
        """Says, after the transaction, that a run is due at that time, or now; here or elsewhere."""
        ...

    async def serve(self, drive: Drive, tick: Tick) -> None:
        """Has runs driven until `stop`; calls `tick` each second."""
        ...

    async def stop(self, grace: float) -> None:
        """Takes no further runs, lets those under way go on for so many seconds, then cancels them."""
        ...


class InProcess:
    """Drives up to `at_once` runs in this process, in the order in which they became due."""

    def __init__(self, at_once: int = 16, every: float = 1.0) -> None:
        self._at_once = at_once
        self._every = every
        self._queue: deque[str] = deque()
        self._queued: set[str] = set()
        self._again: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._drive: Drive | None = None
        self._stopped = asyncio.Event()

    @property
    def has_room(self) -> bool:
        """Whether it serves and has nothing else to do first."""
        return self.room > 0

    @property
    def room(self) -> int:
        """How many runs more it would drive at once; none where it does not serve."""
        if self._drive is None or self._stopped.is_set():
            return 0
        return max(0, self._at_once - len(self._queue) - len(self._running))

    def defer(self, run: str) -> Work[None]:
        """Nothing: the run's row says that it is due."""
        yield from ()

    def begin(self, run: str) -> None:
        """Queues the run."""
        self.notify(run)

    def notify(self, run: str, at: datetime | None = None) -> None:
        """Queues the run, once; one that goes on soon, when its time has come. Nothing where it does not serve."""
        if self._drive is None:
            return
        seconds = 0.0 if at is None else (at - datetime.now(UTC)).total_seconds()
        if seconds > NEAR:
            return
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, self.notify, run)
        elif run in self._running:
            self._again.add(run)
        elif run not in self._queued:
            self._queued.add(run)
            self._queue.append(run)
            self._fill()

    async def serve(self, drive: Drive, tick: Tick) -> None:
        """Drives what it is told of, until `stop`."""
        self._drive = drive
        while not self._stopped.is_set():
            try:
                await tick()
            except Exception:
                log.exception("runs not swept")
            try:
                await asyncio.wait_for(self._stopped.wait(), self._every)
            except TimeoutError:
                continue

    async def stop(self, grace: float) -> None:
        """Lets go of everything; runs that do not end in time are cancelled, and give themselves back."""
        self._stopped.set()
        tasks = list(self._running.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)

    def _fill(self) -> None:
        while (
            self._drive and self._queue and len(self._running) < self._at_once and not self._stopped.is_set()
        ):
            run = self._queue.popleft()
            self._queued.discard(run)
            self._running[run] = asyncio.create_task(self._run(self._drive, run))

    async def _run(self, drive: Drive, run: str) -> None:
        try:
            await drive(run)
        except Exception:
            log.exception("run not driven", run=run)
        finally:
            del self._running[run]
            if run in self._again:
                self._again.discard(run)
                self.notify(run)
            self._fill()
