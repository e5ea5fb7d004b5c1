"""Starts runs, drives them from transaction to transaction, and records each in the same transaction as its effects.

Steps that follow each other commit together; a step that reaches outside is a boundary: what came before it commits
first. A run without such a step happens whole or not at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any, NamedTuple

from app.auth.passwords import Passwords
from app.definition.model import Application
from app.engine.callers import record_of
from app.engine.compile import CompiledAction, CompiledStep
from app.engine.execution import Execution
from app.engine.failures import error_code, error_words
from app.engine.interpreter import LATE, Context, advance, reach
from app.engine.journal import written
from app.engine.recorded import recorded, recorded_input
from app.engine.repeated import answered_before, kept_answer
from app.engine.run import Run, Start, clock
from app.engine.run_id import new_run_id
from app.engine.telling import principal_name, told_of_part
from app.errors import ActionQLError, BadInput, KeyInUse, TimedOut
from app.expressions import EvaluationError
from app.logs import get_logger
from app.metrics import Durations
from app.metrics.figures import RUN_SECONDS
from app.permissions import Grant, Permissions, Verb
from app.steps.base import Scope, Services
from app.storage.records import Unhashed, Write
from app.storage.repeats import Repeat, RepeatRows
from app.storage.runs import RunRow, RunRows
from app.storage.work import Database, Work

MAXIMUM_SECONDS = 60.0
_GRACE = 30.0
"""Seconds after its time in which a run must have been recorded, or its process has died."""
_MOST_KEPT = 16_000
"""Bytes of an input or a result that are kept for the console; its caller has been given it whole."""
Moved = tuple[Execution, CompiledStep | None]
"""Where a run stands after a transaction, and the step that leaves the process; None where it has ended."""
log = get_logger()


class Ended(NamedTuple):
    """How a run ended."""

    id: str
    result: Any


class Runs:
    """The engine of one application generation."""

    def __init__(
        self,
        database: Database,
        actions: Mapping[str, CompiledAction],
        services: Services,
        permissions: Permissions,
        passwords: Passwords,
        ended: Durations | None = None,
    ) -> None:
        self._ended = ended or Durations(RUN_SECONDS)
        self._application = services.application.uuid.hex
        self._database = database
        self._rows = RunRows(database.dialect)
        self._repeats = RepeatRows(database.dialect)
        self.actions = actions
        self.services = services
        self._permissions = permissions
        self._passwords = passwords
        self._leaving: set[asyncio.Task[Ended]] = set()

    async def run(self, start: Start) -> Ended:
        """Runs an action to its end; its errors are raised after they have been recorded.

        With an idempotency key that is known it is not run, and the result is that of then; the key is for actions
        that do not reach outside.
        """
        if self.actions[start.action].asks:
            raise BadInput("This action waits for a person; start it with startAction.")
        if start.repeat is not None:
            known = await self._database.read(lambda: self._repeats.find(start.repeat))
            if known:
                return Ended("", answered_before(known[0]))
        run = Run(new_run_id(), start, datetime.now(UTC))
        deadline = monotonic() + self.time_of(start)
        context = Context(self.scopes(run), deadline)

        def begin() -> Execution:
            return Execution.begin(self.actions, start.action, start.input, self.shared(run))

        execution, step = await self._transact(run, begin, context)
        if step is None:
            self.note_end(start.action, run.created, "completed")
            return Ended(run.id, execution.result)
        rest = asyncio.create_task(self._go_on(run, execution, step, context))
        # What has reached outside goes on to its end, whether or not its caller is still there.
        self._leaving.add(rest)
        rest.add_done_callback(self._forget)
        return await asyncio.shield(rest)

    async def finish(self, seconds: float) -> None:
        """Waits for runs whose callers have gone, for so long."""
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=seconds)

    def _forget(self, rest: asyncio.Task[Ended]) -> None:
        self._leaving.discard(rest)
        if not rest.cancelled():
            # Its caller has got the error, if he is still there; it is recorded in any case.
            rest.exception()

    async def _go_on(
        self, run: Run, execution: Execution, step: CompiledStep | None, context: Context
    ) -> Ended:
        """The run from its first reaching step on."""
        while step is not None:
            run.part += 1
            await self._leave(run, execution, step, context)
            execution, step = await self._transact(run, partial(_as_of_now, execution), context)
        self.note_end(run.start.action, run.created, "completed")
        return Ended(run.id, execution.result)

    async def _transact(self, run: Run, begin: Callable[[], Execution], context: Context) -> Moved:
        """One transaction of the run; each time that the database starts it, it has an execution of its own."""
        attempt = None

        def work() -> Work[Moved]:
            nonlocal attempt
            attempt = begin()
            step = yield from advance(attempt, context)
            state = "completed" if step is None else "running"
            yield from self._record(run, attempt, state)
            return attempt, step

        repeat = run.start.repeat
        transaction = work if repeat is None else partial(self._once, repeat, run, work)
        while True:
            try:
                return await self._database.write(transaction)
            except Unhashed as missing:
                run.hashes[missing.text] = await self._passwords.hash(missing.text)
            except KeyInUse:
                raise
            except Exception as error:
                await self._fail(run, attempt or begin(), error)
                raise

    def _once(self, repeat: Repeat, run: Run, work: Callable[[], Work[Moved]]) -> Work[Moved]:
        """The one transaction of a run that came with an idempotency key, unless another one has just done it."""
        moved: list[Moved] = []

        def answered() -> Work[Mapping[str, Any]]:
            moved.append((yield from work()))
            return kept_answer(self.actions[run.start.action], moved[0][0].result, self.conceal)

        yield from self._repeats.once(repeat, answered())
        if not moved:
            raise KeyInUse
        return moved[0]

    async def _leave(self, run: Run, execution: Execution, step: CompiledStep, context: Context) -> None:
        deadline = asyncio.timeout(max(0.0, context.deadline - monotonic()))
        try:
            async with deadline:
                execution.refresh(clock())
                await reach(execution, step, context)
        except Exception as error:
            late = TimedOut(LATE) if deadline.expired() else None
            await self._fail(run, execution, late or error)
            if late is None:
                raise
            raise late from error

    async def _fail(self, run: Run, execution: Execution, error: Exception) -> None:
        """Records how the run ended; that this fails too must not hide why it ended."""
        start = run.start
        self.note_end(start.action, run.created, "fatal_errored")
        log.info(
            "run failed", run=run.id, action=start.action, code=error_code(error), request_id=start.request_id
        )
        try:
            await self._database.write(lambda: self._record(run, execution.copy(), "fatal_errored", error))
            if isinstance(error, ActionQLError):
                error.told = True
        except Exception:
            log.exception("failed run not recorded", run=run.id)

    def note_end(self, action: str, created: datetime, state: str) -> None:
        """Counts a run that has ended, with the time since it was made."""
        seconds = (datetime.now(UTC) - created).total_seconds()
        self._ended.add(seconds, (self.application.name, action, state))

    def _record(
        self, run: Run, execution: Execution, state: str, error: Exception | None = None
    ) -> Work[None]:
        """Writes the run's row and what its steps have noted since the last time."""
        due = None if state != "running" else run.created + self._longest(run)
        row = self._row(run, execution, state, error)
        told = told_of_part(run.start, row, run.part)
        yield from self._rows.record(row, written(execution.journal), run.part, due, told)
        execution.journal.clear()

    def _longest(self, run: Run) -> timedelta:
        return timedelta(seconds=self.time_of(run.start) + _GRACE)

    def _row(self, run: Run, execution: Execution, state: str, error: Exception | None) -> RunRow:
        action = self.actions[run.start.action].action
        return RunRow(
            id=run.id,
            application=self._application,
            action=self.actions[run.start.action].uuid,
            action_name=action.name,
            door=run.start.door,
            principal=principal_name(run.start.principal),
            run_as=action.run_as,
            created=run.created,
            state=state,
            reason=None if error is None else error_code(error),
            error=None if error is None else self.services.conceal(error_words(error)),
            ended=None if state == "running" else datetime.now(UTC),
            input=self._input_of(run),
            result=self._result_of(run, execution) if state == "completed" else None,
        )

    def _input_of(self, run: Run) -> Any:
        """What the console shows of the input, which the first part of a run keeps."""
        action, given = self.actions[run.start.action], run.start.input
        if run.part or not given or action.confidential:
            return None
        return recorded_input(self.application, action.action, given, self.conceal, _MOST_KEPT)

    def _result_of(self, run: Run, execution: Execution) -> Any:
        """What the console shows of the result; nothing of one that no answer can be made of."""
        if execution.result is None or self.actions[run.start.action].confidential:
            return None
        try:
            return recorded(execution.result, self.conceal, _MOST_KEPT)
        except EvaluationError:
            return None

    def scopes(self, run: Run) -> Callable[[Execution, CompiledStep], Scope]:
        """Makes the scope of each step of a run, with the rights that it has there."""

        def as_caller(verb: Verb, model: str) -> Grant:
            return self._permissions.authorize(run.start.principal, verb, model)

        def scope(execution: Execution, step: CompiledStep) -> Scope:
            write = Write(execution.shared["now"], run.hashes)
            key = f"{run.id}:{execution.steps}"
            authorize = as_caller if execution.narrowed else self._permissions.of_application
            return Scope(execution.variables, self.services, write.now, write, key, authorize)

        return scope

    def shared(self, run: Run) -> dict[str, Any]:
        """What every action of a run sees beside its own variables."""
        action = self.actions[run.start.action].action
        return {
            **clock(),
            "me": record_of(run.start.principal),
            "config": self.services.config,
            "run": {"id": run.id, "action": action.name, "door": run.start.door},
        }

    @property
    def application(self) -> Application:
        """The definition whose actions it runs."""
        return self.services.application

    def conceal(self, text: str) -> str:
        """The text without the application's secrets."""
        return self.services.conceal(text)

    def time_of(self, start: Start) -> float:
        """How long a run may be at work, where its caller says so."""
        return self.seconds(start.action) if start.seconds is None else start.seconds

    def seconds(self, action: str) -> float:
        """How long a run of the action may be at work."""
        timeout = self.actions[action].action.timeout
        return MAXIMUM_SECONDS if timeout is None else timeout.total_seconds()


def _as_of_now(execution: Execution) -> Execution:
    copy = execution.copy()
    copy.refresh(clock())
    return copy
