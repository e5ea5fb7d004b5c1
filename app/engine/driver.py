"""Drives durable runs: what a run has done and where it goes on commit together, so any process can go on.

A run is a row. Whoever takes it has it for a lease that is renewed while a step is out; a process that dies, or
loses its lease, is fenced by the row's epoch. A step that waits writes what it waits for and lets go of the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from os import getpid
from socket import gethostname
from time import monotonic
from typing import Any

from app.auth.passwords import Passwords
from app.engine.compile import CompiledStep
from app.engine.cursor import UNFIT, Cursors
from app.engine.dispatch import Dispatcher
from app.engine.execution import Execution
from app.engine.failures import EXHAUSTED, UNANSWERED, Exhausted, failed, unfit
from app.engine.interpreter import LATE, Context, advance, reach, wait
from app.engine.journal import Entry, written
from app.engine.questions import question
from app.engine.recorded import recorded
from app.engine.revisions import Revisions
from app.engine.run import Run, Start, clock
from app.engine.runs import Runs
from app.engine.telling import told_of_end
from app.errors import ActionQLError, Overloaded, StepFailed, TimedOut
from app.expressions import EvaluationError
from app.logs import get_logger
from app.steps.base import Ask, Done
from app.storage.audit import AuditRows
from app.storage.durable_runs import DurableRows, Ending, Place, StoredRun, Superseded
from app.storage.records import Unhashed
from app.storage.work import Database, Work

log = get_logger()
_BUSY = 2.0
"""Seconds after which a run is tried again for which the server had no room."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a driver has a run, how often a run is taken up without getting on, how much of it is kept."""

    lease: float = 30.0
    attempts: int = 5
    result_bytes: int = 1_000_000


@dataclass(slots=True)
class Taken:
    """A run that this process has: its row, the engine of its revision, and what is not committed yet."""

    row: StoredRun
    runs: Runs
    run: Run
    deadline: float
    part: int = 0
    """How many parts this driver has committed."""
    journal: list[Entry] = field(default_factory=list)
    """What the steps of a part that failed have noted."""

    @property
    def id(self) -> str:
        """The run's id."""
        return self.row.id

    @property
    def epoch(self) -> int:
        """The epoch in which this driver has it."""
        return self.row.epoch or 0


class Driver:
    """Drives the durable runs of one application."""

    def __init__(
        self,
        database: Database,
        rows: DurableRows,
        revisions: Revisions,
        cursors: Cursors,
        passwords: Passwords,
        dispatcher: Dispatcher,
        limits: Limits,
        note_end: Callable[[str, datetime, str], None],
    ) -> None:
        self.limits = limits
        self._note_end = note_end
        self.owner = f"{gethostname()}:{getpid()}"
        self.rows = rows
        self.audit = AuditRows(database.dialect)
        self._database = database
        self.revisions = revisions
        self.cursors = cursors
        self._passwords = passwords
        self._dispatcher = dispatcher

    async def drive(self, row: StoredRun, begun: tuple[Taken, Execution] | None = None) -> None:
        """Goes on with a run that was taken, until it ends, waits, or is somebody else's.

        `begun` is the run where this process has just made it.
        """
        taken = None if begun is None else begun[0]
        try:
            if begun is not None:
                await self._go_on(*begun, None)
                return
            self._check(row)
            taken, execution, now = await self.restore(row)
            await self._go_on(taken, execution, now)
        except Superseded:
            log.info("run is driven elsewhere", run=row.id)
        except asyncio.CancelledError:
            await self._give_back(row, 0.0, failed=False)
            raise
        except Overloaded:
            await self._give_back(row, _BUSY, failed=True)
        except Exception as error:
            await self._fail(row, taken, error)

    async def restore(self, row: StoredRun) -> tuple[Taken, Execution, datetime | None]:
        """A run as its cursor has it, with the engine of its revision and who started it as he is now."""
        assert row.cursor is not None
        engine = await self.revisions.engine(row.revision)
        principal = await self._database.read(lambda: engine.find_principal(row.caller))
        run = Run(row.id, Start(row.action_name, {}, principal, row.door), row.created)
        if row.action_name not in engine.runs.actions:
            raise StepFailed(UNFIT)
        deadline = monotonic() + engine.runs.seconds(row.action_name)
        shared = engine.runs.shared(run)
        execution, now = self.cursors.read(row.id, row.cursor, engine.runs.actions, shared)
        return Taken(row, engine.runs, run, deadline), execution, now

    def _check(self, row: StoredRun) -> None:
        if row.state == "waiting_for_input":
            raise TimedOut(UNANSWERED)
        if (row.attempts or 0) > self.limits.attempts:
            raise Exhausted(EXHAUSTED)

    async def _go_on(self, taken: Taken, execution: Execution, now: datetime | None) -> None:
        context = Context(taken.runs.scopes(taken.run), taken.deadline)
        step: CompiledStep | None
        if now is None:
            execution, step = await self._transact(taken, execution, context)
        else:
            # The reaching step that was about to be taken, with the clock it had: it sends the same once more.
            execution.refresh({"now": now, "today": now.date()})
            step = execution.next_step()
        while step is not None:
            await self._leave(taken, execution, step, context)
            execution, step = await self._transact(taken, execution, context)

    async def _transact(
        self, taken: Taken, execution: Execution, context: Context
    ) -> tuple[Execution, CompiledStep | None]:
        """Runs steps until one leaves the database; they, and where the run goes on, commit together."""
        attempt, at, ended = execution, None, False

        def work() -> Work[CompiledStep | None]:
            nonlocal attempt, at, ended
            attempt, at = execution.copy(), None
            attempt.refresh(clock())
            step = yield from advance(attempt, context)
            ended = step is None
            if step is None:
                yield from self._complete(taken, attempt)
            elif step.mode == "wait":
                at = yield from self._park(taken, attempt, step, context)
                return None
            else:
                cursor = self.cursors.write(taken.id, attempt, attempt.shared["now"])
                yield from self._move(taken, attempt, Place("running", cursor, self.limits.lease, self.owner))
            return step

        while True:
            try:
                step = await self._database.write(work)
                break
            except Unhashed as missing:
                taken.run.hashes[missing.text] = await self._passwords.hash(missing.text)
            except Exception:
                taken.journal = attempt.journal
                raise
        taken.part += 1
        attempt.journal.clear()
        if ended:
            self._note_end(taken.row.action_name, taken.row.created, "completed")
        if at is not None:
            self._dispatcher.notify(taken.id, at)
        return attempt, step

    def _complete(self, taken: Taken, execution: Execution) -> Work[None]:
        action = taken.runs.actions[taken.row.action_name]
        try:
            result = None
            if not action.confidential:
                result = recorded(execution.result, taken.runs.conceal, self.limits.result_bytes)
        except EvaluationError as error:
            raise StepFailed(
                f"The result of {action.action.name!r} could not be made.", str(error)
            ) from error
        ending, notes = Ending("completed", result=result), written(execution.journal)
        yield from self._end(taken.row, ending, notes, taken.part)

    def _end(self, row: StoredRun, ending: Ending, notes: Sequence[Any], part: int) -> Work[None]:
        yield from self.rows.end(row.id, row.epoch or 0, ending, notes, part)
        yield from self.audit.insert(told_of_end(row, ending.reason))

    def _park(
        self, taken: Taken, execution: Execution, step: CompiledStep, context: Context
    ) -> Work[datetime | None]:
        """Writes what the run waits for, and lets go of it; tells when it goes on by itself."""
        pause = wait(execution, step, context)
        if isinstance(pause, Ask):
            seconds = None if pause.within is None else pause.within.total_seconds()
            # The step has been counted, and will be once more when it is answered.
            execution.steps -= 1
            cursor = self.cursors.write(taken.id, execution)
            place = Place("waiting_for_input", cursor, seconds, wait=question(pause))
            yield from self._move(taken, execution, place)
            return None
        execution.settle(step, Done())
        seconds = max(0.0, (pause.until - datetime.now(UTC)).total_seconds())
        yield from self._move(
            taken, execution, Place("running", self.cursors.write(taken.id, execution), seconds)
        )
        return pause.until

    def _move(self, taken: Taken, execution: Execution, place: Place) -> Work[None]:
        yield from self.rows.move(taken.id, taken.epoch, place, written(execution.journal), taken.part)

    async def _leave(self, taken: Taken, execution: Execution, step: CompiledStep, context: Context) -> None:
        """Takes a step that leaves the process, within the run's time, for as long as the lease is renewed."""
        deadline = asyncio.timeout(max(0.0, context.deadline - monotonic()))
        reaching = asyncio.create_task(reach(execution, step, context))
        renewing = asyncio.create_task(self._renew(taken))
        try:
            async with deadline:
                await asyncio.wait([reaching, renewing], return_when=asyncio.FIRST_COMPLETED)
            if not reaching.done():
                raise Superseded
            await reaching
        except TimeoutError as error:
            raise TimedOut(LATE) from error
        finally:
            taken.journal = execution.journal
            for task in (reaching, renewing):
                task.cancel()
            await asyncio.wait([reaching, renewing])

    async def _renew(self, taken: Taken) -> None:
        """Renews the lease again and again; returns when the run is no longer this driver's."""
        while True:
            await asyncio.sleep(self.limits.lease / 6)
            try:
                mine = await self._database.write(
                    lambda: self.rows.renew(taken.id, taken.epoch, self.limits.lease)
                )
            except ActionQLError:
                continue
            if not mine:
                return

    async def _give_back(self, row: StoredRun, seconds: float, *, failed: bool) -> None:
        epoch = row.epoch or 0
        try:
            await self._database.write(lambda: self.rows.give_back(row.id, epoch, seconds, failed=failed))
        except Exception:
            log.exception("run not given back", run=row.id)

    async def _fail(self, row: StoredRun, taken: Taken | None, error: Exception) -> None:
        """Records how the run ended; where that fails too, its lease ends and another driver tries."""
        if not isinstance(error, ActionQLError):
            log.error("run failed unexpectedly", run=row.id, exc_info=error)
            if row.revision != self.revisions.current:
                error = unfit(error, taken.journal if taken else ())
        ending = failed(error, self.revisions.conceal)
        notes, part = (written(taken.journal), taken.part) if taken else ([], 0)
        log.info("run failed", run=row.id, action=row.action_name, code=ending.reason)
        try:
            await self._database.write(lambda: self._end(row, ending, notes, part))
            self._note_end(row.action_name, row.created, ending.state)
        except Superseded:
            log.info("run is driven elsewhere", run=row.id)
        except Exception:
            log.exception("failed run not recorded", run=row.id)
