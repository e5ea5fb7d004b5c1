"""SQLite as a `Database`: short reads on the event loop, long ones in a thread, all writes in one other thread.

Three connections of the standard library's driver and no other driver: two copies of SQLite on one file in one
process would break each other's locks.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path
from time import monotonic
from typing import Literal, TypeVar

from app.errors import Overloaded, TimedOut
from app.metrics import Metrics
from app.storage.sqlite_connection import Budget, Connection, Deadline, is_busy, is_interrupted
from app.storage.sqlite_writer import Writer
from app.storage.work import Statement, Work, remember

T = TypeVar("T")

_READER_CACHE, _SLOW_CACHE, _WRITER_CACHE = 8_192, 2_048, 2_048
"""KiB of pages that each connection keeps; others are copied from the system's own cache, in a microsecond each."""
_LOCK_WAIT = 5.0


class _TooLong(Exception):
    """The work is none for the event loop."""


class SqliteDatabase:
    """The database in the file `path`, made when it is not there.

    A read that takes more than `read_budget` seconds of CPU is stopped and started anew in the thread for long reads,
    which remembers it, and stopped there after `read_limit`. A single work that writes may take `write_limit`.
    """

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(
        self,
        path: Path | str,
        *,
        read_budget: float = 0.004,
        read_limit: float = 30.0,
        write_limit: float = 10.0,
    ) -> None:
        self._limit = read_limit
        self._slow: dict[str, None] = {}
        self._several: dict[str, None] = {}
        path = Path(path)
        # A lock that readers meet is over in an instant, or the work goes to where waiting is allowed.
        self._writer = Writer(
            Connection(path, writes=True, wait=0.0, cache=_WRITER_CACHE),
            limit=write_limit,
            patience=read_limit,
        )
        self._short = Connection(path, writes=False, wait=0.0, cache=_READER_CACHE)
        self._long = Connection(path, writes=False, wait=_LOCK_WAIT, cache=_SLOW_CACHE)
        self._thread = ThreadPoolExecutor(1, "sqlite-long-reads")
        self._budget = Budget(read_budget)
        self._short_time = read_budget
        self._known: tuple[asyncio.AbstractEventLoop, int | None] | None = None

    async def read(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work that only reads, on one snapshot. Raises `TimedOut` after the limit."""
        running = work()
        try:
            first = next(running)
        except StopIteration as end:
            result: T = end.value
            return result
        if first.sql not in self._slow:
            try:
                return self._read_here(work, running, first)
            except _TooLong:
                remember(self._slow, first.sql)
        running.close()
        return await self._read_in_thread(work, first.sql)

    async def write(self, work: Callable[[], Work[T]]) -> T:
        """Runs a work in a transaction that other works may share; returns when it is on disk."""
        return await self._writer.submit(work)

    def version(self) -> int | None:
        """Changes with every commit, as all are made on other connections than the one that is asked.

        It is asked once for all tasks that the event loop has ready: what began them came before that.
        """
        loop = asyncio.get_running_loop()
        if self._known is None or self._known[0] is not loop:
            self._known = loop, self._ask_version()
            loop.call_soon(self._forget_version)
        return self._known[1]

    def show(self, metrics: Metrics) -> None:
        """Joins the writer's figures to those of the process."""
        metrics.join("writer_batch", self._writer.batches)
        metrics.join("writer_wait", self._writer.waits)
        metrics.read("writes_queued", lambda: self._writer.queued)

    async def close(self) -> None:
        """Waits for what is queued, then closes the file."""
        await self._writer.close()
        await asyncio.to_thread(self._thread.shutdown)
        self._short.close()
        self._long.close()

    def _ask_version(self) -> int | None:
        try:
            version: int = self._short.sqlite.execute("PRAGMA data_version").fetchall()[0][0]
        except sqlite3.OperationalError:
            # Another process has the file locked for an instant.
            return None
        return version

    def _forget_version(self) -> None:
        self._known = None

    def _read_here(self, work: Callable[[], Work[T]], running: Work[T], first: Statement) -> T:
        self._budget.begin()
        self._short.start(self._budget)
        try:
            if first.sql in self._several:
                return _on_snapshot(self._short, running, first)
            rows = self._short.sqlite.execute(first.sql, first.parameters).fetchall()
            try:
                running.send(rows)
            except StopIteration as end:
                result: T = end.value
                return result
            # Only now is it known that the work has several statements: once more, on one snapshot.
            remember(self._several, first.sql)
            running.close()
            running = work()
            return _on_snapshot(self._short, running, next(running))
        except sqlite3.Error as error:
            if is_interrupted(error) or is_busy(error) or self._short.expired:
                raise _TooLong from error
            raise
        finally:
            # Other uses of the connection, such as closing it, know no deadline.
            self._budget.end()

    async def _read_in_thread(self, work: Callable[[], Work[T]], sql: str) -> T:
        asked = monotonic()
        deadline = Deadline(asked + self._limit)
        loop = asyncio.get_running_loop()
        try:
            result, took = await loop.run_in_executor(self._thread, self._read_long, work, deadline)
        except asyncio.CancelledError:
            deadline.at = 0.0
            raise
        if took < self._short_time:
            self._slow.pop(sql, None)
        return result

    def _read_long(self, work: Callable[[], Work[T]], deadline: Deadline) -> tuple[T, float]:
        started = monotonic()
        self._long.start(deadline)
        try:
            if self._long.expired:
                raise TimedOut("The read had to wait too long.")
            running = work()
            return _on_snapshot(self._long, running, next(running)), monotonic() - started
        except sqlite3.Error as error:
            if self._long.expired:
                raise TimedOut("The read took too long.") from error
            if is_busy(error):
                raise Overloaded("The database is busy.") from error
            raise
        finally:
            deadline.at = inf


def _on_snapshot(connection: Connection, running: Work[T], statement: Statement) -> T:
    execute = connection.sqlite.execute
    try:
        execute("BEGIN")
        while True:
            statement = running.send(execute(statement.sql, statement.parameters).fetchall())
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        running.close()
        connection.roll_back()
