"""What can be asked of durable runs: start one, wait for its end, answer it, end it, let it go on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from app.definition.inputs import check_values
from app.engine.callers import caller_of
from app.engine.changes import Changes
from app.engine.dispatch import Dispatcher
from app.engine.driver import Driver, Taken
from app.engine.execution import Execution
from app.engine.given_files import check_files
from app.engine.interpreter import Context
from app.engine.questions import check_question
from app.engine.recorded import recorded_input
from app.engine.repeated import NOT_KEPT
from app.engine.run import Run, Start
from app.engine.run_id import new_run_id
from app.engine.runs import Runs
from app.engine.telling import principal_name, told_of_start
from app.errors import AlreadyDone, Conflict, KeyInUse, StepFailed, TimedOut, error_of
from app.steps.base import Ask, Done
from app.storage.audit import Entry
from app.storage.durable_runs import NewRun, StoredRun
from app.storage.repeats import Repeat, RepeatRows
from app.storage.work import Database, Work

CANCELLED = "The run was cancelled."


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that was started, or that the same key had started before."""

    id: str
    state: str
    known: bool = False


class DurableRuns:
    """The durable runs of one application."""

    def __init__(
        self, database: Database, runs: Runs, driver: Driver, dispatcher: Dispatcher, changes: Changes
    ) -> None:
        self.driver = driver
        self.revisions = driver.revisions
        self._rows = driver.rows
        self._audit = driver.audit
        self._repeats = RepeatRows(database.dialect)
        self._database = database
        self.application = runs.application
        self._runs = runs
        self._cursors = driver.cursors
        self._dispatcher = dispatcher
        self._begun: dict[str, tuple[Taken, Execution, float]] = {}
        self._changes = changes

    async def start(self, start: Start) -> Begun:
        """Records a run and has it driven; gives its id when it is on disk.

        With an idempotency key that is known: the run that is there, `KeyReused` where it came with another request.
        """
        begun = await self.start_if(_always, start)
        assert begun is not None
        return begun

    async def start_if(self, holds: Callable[[], Work[bool]], start: Start) -> Begun | None:
        """The same, if `holds` says so, whose changes commit together with the run; else None."""
        run = Run(new_run_id(), start, datetime.now(UTC))
        execution = Execution.begin(self._runs.actions, start.action, start.input, self._runs.shared(run))
        here = self._dispatcher.has_room
        row = self._new(run, execution, here)

        def work() -> Work[str | None]:
            if not (yield from holds()):
                return None
            return (yield from self._repeats.once(start.repeat, self._insert(start, row), row.id))

        id = await self._database.write(work)
        if id is None:
            return None
        if id != run.id:
            return await self._begun_before(id)
        if here:
            self._hand_over(run, execution, row)
        self._wake(run.id, here)
        return Begun(run.id, row.state)

    async def perform(self, start: Start) -> Any:
        """The result of a run, as it is kept; with an idempotency key that is known, of the run that is there.

        Raises what the run ended with, and `KeyInUse` while one that the key began before is under way.
        """
        deadline = monotonic() + self._runs.time_of(start)
        begun = await self.start(start)
        if begun.known and begun.state not in ("completed", "fatal_errored"):
            raise KeyInUse
        row = await self._ended(begun.id, deadline)
        if row.state != "completed":
            raise error_of(row.reason or "", row.message or "")
        if row.result is None and self._runs.actions[start.action].confidential:
            raise AlreadyDone(NOT_KEPT)
        return row.result

    async def look(self, run: str, seconds: float) -> None:
        """Waits until a run has ended, or so long."""
        with suppress(TimedOut):
            await self._ended(run, monotonic() + seconds)

    async def is_answered(self, repeat: Repeat | None) -> bool:
        """Whether a question was given this answer with this key before, whatever has become of the run since.

        `KeyReused` where the key came with another answer.
        """
        return bool(await self._database.read(lambda: self._repeats.find(repeat)))

    async def answer(
        self, row: StoredRun, token: str, input: Any, told: Entry, repeat: Repeat | None = None
    ) -> None:
        """Gives a waiting run its answer, and has it go on, unless it was given at the same time with the same key.

        `BadInput` names what is wrong with the answer. `Conflict` where the run does not wait, or the token is not
        that of its question; `KeyReused` where the key came with another answer.
        """
        check_question(row, token)
        cursor = await self._answered(row, input)
        here = self._dispatcher.has_room

        def work() -> Work[None]:
            if not (yield from self._rows.answer(row.id, row.epoch or 0, cursor, {"token": token})):
                raise Conflict("The question has just been answered, or its time was over.")
            yield from self._audit.insert(told)
            if not here:
                yield from self._dispatcher.defer(row.id)

        await self._database.write(lambda: self._repeats.once(repeat, work(), row.id))
        self._wake(row.id, here)
        self._changes.tell(row.id)

    async def _answered(self, row: StoredRun, input: Any) -> str:
        """The cursor behind the question at which the run stands; raises `BadInput`."""
        taken, execution, _ = await self.driver.restore(row)
        context = Context(taken.runs.scopes(taken.run), taken.deadline)
        step = execution.next_step()
        asked = None if step is None else step.run(context.scope(execution, step))
        if step is None or not isinstance(asked, Ask):
            raise StepFailed("The run does not stand at a question.")
        values = check_values(taken.runs.application, asked.fields, input, "field of this question")
        await check_files(taken.runs.services.assets, asked.fields, values)
        execution.settle(step, Done(values))
        return self._cursors.write(row.id, execution)

    async def cancel(self, run: str, told: Entry) -> bool:
        """Whether there was a run to end; who drives it stops at its next change."""
        application = self.application.uuid.hex

        def work() -> Work[bool]:
            found = yield from self._rows.cancel(run, application, CANCELLED)
            if found:
                yield from self._audit.insert(told)
            return found

        found = await self._database.write(work)
        self._changes.tell(run)
        return found

    async def retry(self, run: str, told: Entry) -> bool:
        """Whether there was a failed run, which now goes on from where it last stood."""
        application, here = self.application.uuid.hex, self._dispatcher.has_room

        def work() -> Work[bool]:
            found = yield from self._rows.retry(run, application)
            if found:
                yield from self._audit.insert(told)
            if found and not here:
                yield from self._dispatcher.defer(run)
            return found

        found = await self._database.write(work)
        if found:
            self._wake(run, here)
        return found

    async def find(self, run: str) -> StoredRun | None:
        """The run of this application with this id, durable or not."""
        row = await self._database.read(lambda: self._rows.find(run))
        return row if row is not None and row.application == self.application.uuid.hex else None

    async def drive(self, row: StoredRun) -> None:
        """Drives a run that was taken."""
        try:
            await self.driver.drive(row)
        finally:
            self._changes.tell(row.id)

    async def drive_begun(self, run: str) -> bool:
        """Drives a run that was started here with its lease; False where it was not, or too long ago."""
        taken, execution, until = self._begun.pop(run, (None, None, 0.0))
        if taken is None or execution is None or monotonic() > until:
            return False
        try:
            await self.driver.drive(taken.row, (taken, execution))
        finally:
            self._changes.tell(run)
        return True

    def _insert(self, start: Start, row: NewRun) -> Work[str]:
        """Records a run, and calls for somebody to drive it unless this process does; its id."""
        here = row.owner is not None
        yield from self._rows.insert(row, self.driver.limits.lease if here else 0.0)
        yield from self._audit.insert(told_of_start(start, row))
        if not here:
            yield from self._dispatcher.defer(row.id)
        return row.id

    async def _begun_before(self, id: str) -> Begun:
        row = await self._database.read(lambda: self._rows.find(id))
        assert row is not None
        return Begun(id, row.state, known=True)

    def _new(self, run: Run, execution: Execution, here: bool) -> NewRun:
        start = run.start
        action = self._runs.actions[start.action].action
        limit = self.driver.limits.result_bytes
        return NewRun(
            id=run.id,
            application=self.application.uuid.hex,
            action=action.uuid.hex,
            action_name=action.name,
            revision=self.revisions.current,
            door=start.door,
            principal=principal_name(start.principal),
            run_as=action.run_as,
            caller=caller_of(start.principal),
            input=recorded_input(self.application, action, start.input, self._runs.conceal, limit),
            cursor=self._cursors.write(run.id, execution),
            created=run.created,
            state="running" if here else "created",
            epoch=int(here),
            attempts=int(here),
            owner=self.driver.owner if here else None,
        )

    def _hand_over(self, run: Run, execution: Execution, new: NewRun) -> None:
        now = monotonic()
        taken = Taken(stored(new), self._runs, run, now + self._runs.seconds(run.start.action))
        self._begun[run.id] = (taken, execution, now + self.driver.limits.lease / 2)

    def _wake(self, run: str, here: bool) -> None:
        if here:
            self._dispatcher.begin(run)
        else:
            self._dispatcher.notify(run)

    async def watch(self, row: StoredRun, seconds: float, news: Callable[[StoredRun], bool]) -> StoredRun:
        """The run when there is news of it, wherever it is driven, or as it is after so many seconds.

        As it is, too, when this process is to end. While nothing happens it is looked at every two seconds, and
        nothing of the database is held.
        """
        async with aclosing(self._changes.of(row.id, monotonic() + seconds)) as changes:
            async for _ in changes:
                row = await self.find(row.id) or row
                if news(row):
                    break
        return row

    async def _ended(self, run: str, deadline: float) -> StoredRun:
        """The run when it has ended, wherever it is driven."""
        async with aclosing(self._changes.of(run, deadline)) as changes:
            async for _ in changes:
                row = await self.find(run)
                if row is not None and row.ended is not None:
                    return row
        raise TimedOut("The run goes on; send the same again with the same key for its result.")


def _always() -> Work[bool]:
    yield from ()
    return True


def stored(new: NewRun) -> StoredRun:
    """The row of a run that was just begun, as it would be read."""
    known = {name: getattr(new, name) for name in NewRun.__slots__ if name in StoredRun.__slots__}
    return StoredRun(**{**dict.fromkeys(StoredRun.__slots__), **known})
