"""Runs steps one after the other until the run ends or a step must leave the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import NamedTuple, NoReturn, cast

from app.definition.steps import Retry
from app.engine.compile import CompiledStep
from app.engine.execution import Execution
from app.engine.journal import Entry, add
from app.errors import ActionQLError, StepFailed, TimedOut
from app.expressions import EvaluationError, is_true
from app.outbound import OutboundRefused
from app.steps.base import Ask, Done, Enter, Outcome, Scope, Sleep
from app.storage.work import Work

LATE = "The action took too long."
_LEAVING = ("reach", "wait")


class Context(NamedTuple):
    """What the interpreter needs beside the execution: how to make a step's scope, and until when."""

    scope: Callable[[Execution, CompiledStep], Scope]
    deadline: float


def advance(execution: Execution, context: Context) -> Work[CompiledStep | None]:
    """Runs steps within the transaction; returns the step that comes next and leaves it, or None at the end.

    `TimedOut` once the time is over, after the last step too: what came too late for its caller is undone.
    """
    while True:
        step = execution.next_step()
        if monotonic() > context.deadline:
            raise TimedOut(LATE)
        if step is None:
            return None
        if not _wanted(execution, step):
            execution.skip()
        elif step.mode in _LEAVING:
            return step
        else:
            yield from _work(execution, step, context)


async def reach(execution: Execution, step: CompiledStep, context: Context) -> None:
    """Runs one step that leaves the process, as often as its `retry` says, and moves the execution on.

    One that goes on later does so here.
    """
    if step.mode == "wait":
        await _sit_out(wait(execution, step, context))
        execution.settle(step, Done())
        return
    try:
        outcome = await _attempts(execution, step, context)
    except (ActionQLError, EvaluationError) as error:
        outcome = _forgiven(execution, step, error)
    execution.settle(step, outcome)


async def _sit_out(pause: Ask | Sleep) -> None:
    assert isinstance(pause, Sleep)
    await asyncio.sleep(max(0.0, (pause.until - datetime.now(UTC)).total_seconds()))


def wait(execution: Execution, step: CompiledStep, context: Context) -> Ask | Sleep:
    """What a step of the mode `wait` waits for; the execution stays before it."""
    scope = context.scope(execution, step)
    started = monotonic()
    try:
        outcome = step.run(scope)
    except Exception as error:
        _note(execution, step, scope, started, error)
        _fail(execution, step, error)
    _note(execution, step, scope, started, None)
    return cast("Ask | Sleep", outcome)


async def _attempts(execution: Execution, step: CompiledStep, context: Context) -> Outcome:
    for wait in _waits(step.retry):
        try:
            outcome = await _attempt(execution, step, context)
            if not isinstance(outcome, Done) or not outcome.again:
                return outcome
        except (StepFailed, TimedOut) as error:
            if isinstance(error, OutboundRefused):
                raise
        await asyncio.sleep(wait)
    return await _attempt(execution, step, context)


async def _attempt(execution: Execution, step: CompiledStep, context: Context) -> Outcome:
    scope = context.scope(execution, step)
    started = monotonic()
    try:
        outcome = await cast("Awaitable[Outcome]", step.run(scope))
    except Exception as error:
        _note(execution, step, scope, started, error)
        raise
    _note(execution, step, scope, started, None)
    return outcome


def _waits(retry: Retry | None) -> Iterator[float]:
    """Seconds to wait before each further try."""
    if retry is not None:
        wait = retry.wait.total_seconds()
        for _ in range(retry.times):
            yield wait
            wait *= retry.backoff


def _work(execution: Execution, step: CompiledStep, context: Context) -> Work[None]:
    scope = context.scope(execution, step)
    started = monotonic()
    try:
        outcome = step.run(scope)
        if step.mode == "work":
            outcome = yield from cast("Work[Outcome]", outcome)
    except Exception as error:
        _note(execution, step, scope, started, error)
        _fail(execution, step, error)
    _note(execution, step, scope, started, None)
    execution.settle(step, cast("Outcome", outcome))


def _wanted(execution: Execution, step: CompiledStep) -> bool:
    if step.condition is None:
        return True
    try:
        return is_true(step.condition.evaluate(execution.variables))
    except EvaluationError as error:
        _fail(execution, step, error)


def _forgiven(execution: Execution, step: CompiledStep, error: ActionQLError | EvaluationError) -> Outcome:
    """What `on_error` makes of a step's error; the steps that stand there see it as `error`."""
    if step.forgiving:
        return Done(None)
    if "on_error" not in step.blocks:
        _fail(execution, step, error)
    failure = _failure(execution, step, error)
    execution.variables["error"] = {"code": failure.code, "message": failure.message}
    return Enter("on_error")


def _fail(execution: Execution, step: CompiledStep, error: Exception) -> NoReturn:
    """Ends the run with a step's error."""
    if not isinstance(error, EvaluationError):
        raise error
    raise _failure(execution, step, error) from error


def _failure(
    execution: Execution, step: CompiledStep, error: ActionQLError | EvaluationError
) -> ActionQLError:
    """A step's error as callers see it; that of an expression becomes one that names the step."""
    if isinstance(error, ActionQLError):
        return error
    action = execution.current.action.action.name
    return StepFailed(f"The step {step.place} ({step.kind}) of {action!r} failed.", reason=str(error))


def _note(
    execution: Execution, step: CompiledStep, scope: Scope, started: float, error: Exception | None
) -> None:
    milliseconds = round((monotonic() - started) * 1000, 3)
    reason = None if error is None else scope.services.conceal(_reason(error))
    name = execution.current.action.action.name
    entry = Entry(name, step.place, step.kind, milliseconds, tuple(scope.messages), reason)
    add(execution.journal, entry)


def _reason(error: Exception) -> str:
    """What the console shows; of what nobody expected only the kind, since its text may hold anything."""
    if isinstance(error, ActionQLError | EvaluationError):
        return getattr(error, "reason", "") or str(error)
    return type(error).__name__
