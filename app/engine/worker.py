"""One process's part in driving runs: takes what is due, by the clock too, sweeps up what was left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from weakref import WeakSet

from app.engine.dispatch import Dispatcher
from app.engine.durable_runs import DurableRuns
from app.engine.schedules import Clock, Schedules, utc_now
from app.engine.telling import told_of_end
from app.logs import get_logger
from app.storage.audit import AuditRows
from app.storage.durable_runs import DurableRows
from app.storage.repeats import KEPT, RepeatRows
from app.storage.work import Database, Work

INTERRUPTED = "The server's process ended while the run was under way."
_MOST = 100
_TIDY = 600
"""Ticks between two looks at definitions that no run needs, and at idempotency keys that are too old."""
log = get_logger()


class Worker:
    """Drives the runs of all applications of a server, as the dispatcher asks for them."""

    def __init__(
        self,
        database: Database,
        rows: DurableRows,
        dispatcher: Dispatcher,
        applications: Mapping[str, DurableRuns],
        now: Clock = utc_now,
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._applications = applications
        self._former: WeakSet[DurableRuns] = WeakSet()
        self._rows = rows
        self._repeats = RepeatRows(database.dialect)
        self._audit = AuditRows(database.dialect)
        self._ticks = 0
        self._now = now
        self._schedules = self._scheduled()
        self._serving: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Serves in a task of its own, until `stop`."""
        self._serving = asyncio.create_task(self._dispatcher.serve(self.drive, self.tick))

    def swap(self, applications: Mapping[str, DurableRuns]) -> None:
        """Drives the runs of these from now on, and what the former ones had just begun."""
        self._former.update(one for one in self._applications.values() if one not in applications.values())
        self._applications = applications
        self._schedules = self._scheduled()

    async def stop(self, grace: float) -> None:
        """Lets runs that are under way go on for so many seconds, then gives them back."""
        await self._dispatcher.stop(grace)
        if self._serving is not None:
            await self._serving

    async def drive(self, run: str) -> None:
        """Takes the run, if it is due and served here, and drives it until it ends or waits."""
        for one in [*self._applications.values(), *self._former]:
            if await one.drive_begun(run):
                return
        served = list(self._applications)
        one = next(iter(self._applications.values()))
        driver = one.driver
        row = await self._database.write(
            lambda: self._rows.take(run, served, driver.owner, driver.limits.lease)
        )
        if row is not None:
            await self._applications[row.application].drive(row)

    async def tick(self) -> None:
        """Sweeps, and starts what the clock starts."""
        await self.sweep()
        for one in self._schedules:
            await one.tick()

    async def sweep(self) -> None:
        """Wakes what is due, ends waiting runs whose process is gone, frees what nobody needs any more."""
        served = list(self._applications)
        overdue = await self._database.read(lambda: self._rows.due(served, _MOST))
        for run in overdue:
            self._dispatcher.notify(run)
        if await self._database.read(self._rows.orphaned):
            await self._database.write(self._interrupt)
        if self._ticks % _TIDY == 0:
            for one in self._applications.values():
                await one.revisions.free()
            await self._database.write(lambda: self._repeats.forget(datetime.now(UTC) - KEPT))
        self._ticks += 1

    def _scheduled(self) -> list[Schedules]:
        return [Schedules(self._database, one, self._now) for one in self._applications.values()]

    def _interrupt(self) -> Work[None]:
        for row in (yield from self._rows.interrupt(INTERRUPTED)):
            yield from self._audit.insert(told_of_end(row, row.reason))
