"""Runs steps one after the other until the run ends or a step must leave the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import cast

from app.engine.compile import CompiledStep
from app.engine.execution import Execution
from app.engine.journal import Entry
from app.errors import ActionQLError, StepFailed, TimedOut
from app.expressions import EvaluationError
from app.steps.base import Done, Enter, Outcome, Scope
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class Context:
    """What the interpreter needs beside the execution: how to make a step's scope, and until when."""

    scope: Callable[[Execution, CompiledStep], Scope]
    deadline: float


def advance(execution: Execution, context: Context) -> Work[CompiledStep | None]:
    """Runs steps within the transaction; returns the reaching step that comes next, or None at the end."""
    while (step := execution.next_step()) is not None:
        if monotonic() > context.deadline:
            raise TimedOut("The action took too long.")
        if not _wanted(execution, step):
            execution.skip()
        elif step.mode == "reach":
            return step
        else:
            yield from _work(execution, step, context)
    return None


async def reach(execution: Execution, step: CompiledStep, context: Context) -> None:
    """Runs one step that leaves the process, and moves the execution on."""
    scope = context.scope(execution, step)
    started = monotonic()
    try:
        outcome = await cast(Awaitable[Outcome], step.run(scope))
    except (ActionQLError, EvaluationError) as error:
        _note(execution, step, scope, started, error)
        execution.settle(step, _forgiven(execution, step, error))
        return
    _note(execution, step, scope, started, None)
    execution.settle(step, outcome)


def _work(execution: Execution, step: CompiledStep, context: Context) -> Work[None]:
    scope = context.scope(execution, step)
    started = monotonic()
    try:
        outcome = step.run(scope)
        if step.mode == "work":
            outcome = yield from cast(Work[Outcome], outcome)
    except (ActionQLError, EvaluationError) as error:
        _note(execution, step, scope, started, error)
        raise _as_failure(execution, step, error) from error
    _note(execution, step, scope, started, None)
    execution.settle(step, cast(Outcome, outcome))


def _wanted(execution: Execution, step: CompiledStep) -> bool:
    if step.condition is None:
        return True
    try:
        return bool(step.condition.evaluate(execution.variables))
    except EvaluationError as error:
        raise _as_failure(execution, step, error) from error


def _forgiven(execution: Execution, step: CompiledStep, error: ActionQLError | EvaluationError) -> Outcome:
    if step.forgiving:
        return Done(None)
    if "on_error" in step.blocks:
        return Enter("on_error")
    raise _as_failure(execution, step, error) from error


def _as_failure(
    execution: Execution, step: CompiledStep, error: ActionQLError | EvaluationError
) -> ActionQLError:
    if isinstance(error, ActionQLError):
        return error
    action = execution.current.action.action.name
    return StepFailed(f"The step {step.place} ({step.kind}) of {action!r} failed.", reason=str(error))


def _note(
    execution: Execution,
    step: CompiledStep,
    scope: Scope,
    started: float,
    error: ActionQLError | EvaluationError | None,
) -> None:
    milliseconds = round((monotonic() - started) * 1000, 3)
    reason = getattr(error, "reason", "") or str(error) if error else None
    name = execution.current.action.action.name
    execution.journal.append(
        Entry(name, step.place, step.kind, milliseconds, tuple(scope.messages), reason)
    )
