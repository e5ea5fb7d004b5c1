"""The one thread that writes to a SQLite file: it commits together what has queued up, each work undone by itself."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

from app.errors import Overloaded, TimedOut
from app.metrics import Durations
from app.metrics.figures import BATCH_SIZES, WAIT_SECONDS
from app.storage.failure import fail
from app.storage.sqlite_connection import Connection, Deadline, is_busy, retry_busy
from app.storage.work import ReferenceViolated, UniqueViolated, Work

T = TypeVar("T")

_BATCH = 64
_WINDOW = 0.010
"""A batch takes no more works in after this many seconds, so that the first need not wait long for the rest."""
_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")


@dataclass(slots=True)
class _Job:
    work: Callable[[], Work[Any]]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    queued: float
    value: Any = None
    error: BaseException | None = None


class Writer:
    """Runs works one after the other; a work that takes longer than `limit` seconds is undone.

    `patience` is how long it waits for the lock while another process writes.
    """

    def __init__(self, connection: Connection, *, limit: float, patience: float) -> None:
        self._connection = connection
        self._limit = limit
        self._patience = patience
        self._deadline = Deadline()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        self.batches = Durations(BATCH_SIZES)
        self.waits = Durations(WAIT_SECONDS)
        self._closed = False
        self._thread = Thread(target=self._serve, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Callable[[], Work[T]]) -> T:
        """The result of the work, once it is on disk; a work whose caller goes before it begins is not run.

        What the tasks submit that an event loop has ready goes to the thread together: woken for each, it would take
        the interpreter from the tasks that follow, and commit for a few.
        """
        if self._closed:
            raise Overloaded("The server is stopping.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        gathered = self._gathered.get(loop)
        if gathered is None:
            gathered = self._gathered[loop] = []
            loop.call_soon(self._hand_over, loop)
        gathered.append(_Job(work, loop, future, monotonic()))
        return await future

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        for job in self._gathered.pop(loop, ()):
            self._jobs.put(job)

    async def close(self) -> None:
        """Ends the thread after what is queued, then closes the connection."""
        if not self._closed:
            self._closed = True
            for loop in list(self._gathered):
                self._hand_over(loop)
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    @property
    def queued(self) -> int:
        """How many works wait for their turn."""
        return self._jobs.qsize()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch: list[_Job] = []
            self.waits.add(monotonic() - job.queued)
            try:
                self._run_batch(job, batch)
            except BaseException as error:  # the thread must outlive whatever goes wrong with one batch
                self._fail(batch, error)
            self.batches.add(len(batch))
            _settle_all(batch)

    def _run_batch(self, first: _Job, batch: list[_Job]) -> None:
        batch.append(first)
        self._begin()
        for job in self._queued(first):
            if job is not first:
                batch.append(job)
            self._run(job, alone=job is first)
            if not self._connection.sqlite.in_transaction:
                # The first was undone, or SQLite gave up all (interrupted, disk full): the others start anew, apart.
                self._run_apart([other for other in batch if other is not job])
                return
        self._commit(batch)

    def _queued(self, first: _Job) -> Iterator[_Job]:
        yield first
        until = monotonic() + _WINDOW
        for _ in range(_BATCH - 1):
            if monotonic() > until:
                return
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            yield job

    def _run_apart(self, jobs: Sequence[_Job]) -> None:
        for job in jobs:
            job.value = job.error = None
            try:
                self._begin()
                self._run(job, alone=True)
                if self._connection.sqlite.in_transaction:
                    self._commit([job])
            except BaseException as error:
                self._fail([job], error)

    def _begin(self) -> None:
        try:
            retry_busy(lambda: self._connection.sqlite.execute("BEGIN IMMEDIATE"), self._patience)
        except sqlite3.OperationalError as error:
            if is_busy(error):
                raise Overloaded("The database is busy.") from error
            raise

    def _run(self, job: _Job, *, alone: bool) -> None:
        """Runs one work; while it is alone in the transaction it needs no savepoint."""
        if job.future.cancelled():
            return
        execute = self._connection.sqlite.execute
        if not alone:
            execute("SAVEPOINT work")
        try:
            job.value = self._drive(job.work())
        except BaseException as error:
            job.error = error
            if self._connection.sqlite.in_transaction:
                execute("ROLLBACK" if alone else "ROLLBACK TO work")
        if not alone and self._connection.sqlite.in_transaction:
            execute("RELEASE work")

    def _drive(self, work: Work[Any]) -> Any:
        execute = self._connection.sqlite.execute
        until = self._deadline.at = monotonic() + self._limit
        self._connection.start(self._deadline)
        try:
            statement = next(work)
            while True:
                try:
                    rows = execute(statement.sql, statement.parameters).fetchall()
                except sqlite3.Error as error:
                    fail(work, self._translated(error))
                if monotonic() > until:
                    fail(work, TimedOut("The write took too long."))
                statement = work.send(rows)
        except StopIteration as end:
            return end.value
        finally:
            self._deadline.at = inf

    def _translated(self, error: sqlite3.Error) -> Exception:
        if isinstance(error, sqlite3.IntegrityError):
            return _violation(error)
        if self._connection.expired:
            return TimedOut("The write took too long.")
        return error

    def _commit(self, batch: Sequence[_Job]) -> None:
        try:
            self._connection.sqlite.execute("COMMIT")
        except sqlite3.Error as error:
            self._fail(batch, error)

    def _fail(self, batch: Sequence[_Job], error: BaseException) -> None:
        """Nothing of the batch happened: whoever had no error of his own gets this one."""
        for job in batch:
            job.error = job.error or error
        if self._connection.sqlite.in_transaction:
            # On a broken disk this fails, too; the next BEGIN will tell.
            with suppress(sqlite3.Error):
                self._connection.sqlite.execute("ROLLBACK")


def _violation(error: sqlite3.IntegrityError) -> Exception:
    message = str(error)
    # A restricted delete carries the code of a trigger, so the text decides.
    if "FOREIGN KEY constraint failed" in message:
        return ReferenceViolated(message)
    if found := _UNIQUE.match(message):
        names = [name.rpartition(".") for name in found[1].split(", ")]
        return UniqueViolated(names[0][0], tuple(column for _, _, column in names))
    return error


def _settle_all(batch: Sequence[_Job]) -> None:
    """Hands the results over, with one call for each event loop, which is one for all but tests."""
    for loop in {job.loop for job in batch}:
        jobs = [job for job in batch if job.loop is loop]
        try:
            loop.call_soon_threadsafe(_settle, jobs)
        except RuntimeError:
            # The loop was closed while its works were under way: nobody waits any more.
            continue


def _settle(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.value)
