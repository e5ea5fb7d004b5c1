"""What can be asked of durable runs: start one, wait for its end, answer it, end it, let it go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic
from typing import Any
from uuid import uuid4

from app.definition.inputs import check_values
from app.engine.callers import caller_of
from app.engine.changes import Changes
from app.engine.dispatch import Dispatcher
from app.engine.driver import Driver, Taken
from app.engine.execution import Execution
from app.engine.interpreter import Context
from app.engine.questions import belongs
from app.engine.recorded import recorded_input
from app.engine.runs import Run, Runs, Start
from app.engine.telling import principal_name, told_of_start
from app.errors import Conflict, KeyReused, StepFailed, TimedOut, error_of
from app.expressions import to_plain
from app.steps.base import Ask, Done
from app.storage.audit import Entry
from app.storage.durable_runs import NewRun, StoredRun
from app.storage.work import Database, Work

CANCELLED = "The run was cancelled."
NOT_KEPT = "The run has ended; its result was not kept."


@dataclass(frozen=True, slots=True)
class Key:
    """An idempotency key of a caller: who sends the same with it again gets the same run."""

    digest: str
    input: str

    @classmethod
    def of(cls, application: str, start: Start, key: str, given: Any) -> Key:
        """The key as it is stored: nothing can be read from it."""
        who = principal_name(start.principal) or ""
        return cls(_digest([application, who, key]), _digest([start.action, given]))


@dataclass(frozen=True, slots=True)
class Performed:
    """The result of a run with a key, and whether the key was known."""

    result: Any
    known: bool


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
        self._database = database
        self.application = runs.application
        self._runs = runs
        self._cursors = driver.cursors
        self._dispatcher = dispatcher
        self._begun: dict[str, tuple[Taken, Execution, float]] = {}
        self._changes = changes

    async def start(self, start: Start, key: Key | None = None) -> Begun:
        """Records a run and has it driven; gives its id when it is on disk.

        With a key that is known: the run that is there, `KeyReused` where another input was sent with it.
        """
        begun = await self.start_if(_always, start, key)
        assert begun is not None
        return begun

    async def start_if(
        self, holds: Callable[[], Work[bool]], start: Start, key: Key | None = None
    ) -> Begun | None:
        """The same, if `holds` says so, whose changes commit together with the run; else None."""
        run = Run(str(uuid4()), start, datetime.now(UTC))
        execution = Execution.begin(self._runs.actions, start.action, start.input, self._runs.shared(run))
        here = self._dispatcher.has_room
        row = self._new(run, execution, key, here)
        lease = self.driver.limits.lease if here else 0.0

        def work() -> Work[tuple[bool, StoredRun | None]]:
            if not (yield from holds()):
                return False, None
            known = yield from self._rows.insert(row, lease)
            if known is None:
                yield from self._audit.insert(told_of_start(start, row))
            if known is None and not here:
                yield from self._dispatcher.defer(run.id)
            return True, known

        held, known = await self._database.write(work)
        if not held:
            return None
        if known is not None:
            return _known(known, key)
        if here:
            self._hand_over(run, execution, row)
        self._wake(run.id, here)
        return Begun(run.id, row.state)

    async def perform(self, start: Start, key: Key) -> Performed:
        """The result of a run with a key, as it is kept, also when it had ended before; raises what it ended with.

        `Conflict` while the run that the key began is under way.
        """
        deadline = monotonic() + self._runs.seconds(start.action)
        begun = await self.start(start, key)
        if begun.known and begun.state not in ("completed", "fatal_errored"):
            raise Conflict("A run with this idempotency key is under way.")
        row = await self._ended(begun.id, deadline)
        if row.state != "completed":
            raise error_of(row.reason or "", row.message or "")
        if row.result is None and self._runs.actions[start.action].confidential:
            raise Conflict(NOT_KEPT)
        return Performed(row.result, begun.known)

    async def look(self, run: str, seconds: float) -> None:
        """Waits until a run has ended, or so long."""
        with suppress(TimedOut):
            await self._ended(run, monotonic() + seconds)

    async def answer(
        self, row: StoredRun, token: str, input: Any, told: Entry, idempotency_key: str | None = None
    ) -> bool:
        """Gives a waiting run its answer, and has it go on; whether it had been given before with the same key.

        `BadInput` names what is wrong with the answer. `Conflict` where the run does not wait, or the token is not
        that of its question; `KeyReused` where the key came with another answer.
        """
        given = None if idempotency_key is None else [_digest([token, idempotency_key]), _digest(input)]
        if given is not None and belongs(token, row.wait) and _known_answer(row, given):
            return True
        _check_question(row, token)
        taken, execution, _ = await self.driver.restore(row)
        context = Context(taken.runs.scopes(taken.run), taken.deadline)
        step = execution.next_step()
        asked = None if step is None else step.run(context.scope(execution, step))
        if step is None or not isinstance(asked, Ask):
            raise StepFailed("The run does not stand at a question.")
        application = taken.runs.application
        execution.settle(step, Done(check_values(application, asked.fields, input, "field of this question")))
        cursor = self._cursors.write(row.id, execution)
        wait = {"token": token, "answered": given}
        here = self._dispatcher.has_room

        def work() -> Work[bool]:
            found = yield from self._rows.answer(row.id, row.epoch or 0, cursor, wait)
            if found:
                yield from self._audit.insert(told)
            if found and not here:
                yield from self._dispatcher.defer(row.id)
            return found

        if not await self._database.write(work):
            raise Conflict("The question has just been answered, or its time was over.")
        self._wake(row.id, here)
        self._changes.tell(row.id)
        return False

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

    def _new(self, run: Run, execution: Execution, key: Key | None, here: bool) -> NewRun:
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
            idempotency_key=None if key is None else key.digest,
            input_digest=None if key is None else key.input,
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


def _known(row: StoredRun, key: Key | None) -> Begun:
    if key is None or row.input_digest != key.input:
        raise KeyReused
    return Begun(row.id, row.state, known=True)


def _known_answer(row: StoredRun, given: list[str]) -> bool:
    key, input = (row.wait or {}).get("answered") or ("", "")
    if key == given[0] and input != given[1]:
        raise KeyReused
    return bool(key == given[0])


def _check_question(row: StoredRun, token: str) -> None:
    if row.ended is not None:
        raise Conflict("The run has ended; it takes no answer.")
    if row.state != "waiting_for_input":
        asked = "has been answered" if row.wait else "has not been asked"
        raise Conflict(f"The run does not wait: its question {asked}.")
    if not belongs(token, row.wait):
        raise Conflict("The token is not that of the question which the run waits for.")


def _digest(value: Any) -> str:
    """The SHA-256 of a value as JSON, whatever the order of its keys."""
    return sha256(json.dumps(to_plain(value), sort_keys=True, default=str).encode()).hexdigest()
