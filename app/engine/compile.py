"""Turns the actions of a definition into steps whose functions are ready to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.definition.model import Action, Application
from app.definition.steps import Retry, Step
from app.definition.walk import walk
from app.expressions import Expression
from app.functions import kind_of
from app.steps.base import Mode, StepFunction, StepKind

Block = tuple["CompiledStep", ...]


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """One step with its blocks; `place` is where it stands in the action, `steps[1].then[0]`."""

    place: str
    kind: str
    mode: Mode
    run: StepFunction
    condition: Expression | None
    result: str | None
    item: str | None
    index: str | None
    blocks: Mapping[str, Block]
    retry: Retry | None
    forgiving: bool
    """`on_error: continue`: an error is noted and the run goes on."""


@dataclass(frozen=True, slots=True)
class CompiledAction:
    """An action ready to run."""

    action: Action
    uuid: str
    """The action's uuid in 32 digits."""
    steps: Block
    asks: bool
    """Whether it, or an action that it may call, waits for a person."""
    confidential: bool
    """Whether it, or an action that it may call, makes tokens: its result is not kept."""
    reaches: bool
    """Whether it, or an action that it may call, leaves the process, so that it may be several transactions."""


def compile_actions(application: Application) -> Mapping[str, CompiledAction]:
    """Every action of the application by name."""
    return {name: _action(application, action) for name, action in application.actions.items()}


def _action(application: Application, action: Action) -> CompiledAction:
    kinds = list(kinds_of(application.actions, action.name))
    return CompiledAction(
        action,
        action.uuid.hex,
        _block(action.steps, "steps", application),
        asks=any(kind.name == "ask" for kind in kinds),
        confidential=any(kind.name == "authenticate" for kind in kinds),
        reaches=any(kind.reaches for kind in kinds),
    )


def kinds_of(actions: Mapping[str, Action], name: str) -> Iterator[StepKind[Any]]:
    """The kinds of all steps that a run of an action may come to."""
    waiting, seen = [name], {name}
    while waiting:
        for found in walk(actions[waiting.pop()]):
            if isinstance(found.value, Step):
                yield kind_of(found.value)
            elif found.to == "action" and found.value in actions and found.value not in seen:
                seen.add(found.value)
                waiting.append(found.value)


def _block(steps: tuple[Step, ...], place: str, application: Application) -> Block:
    return tuple(_step(step, f"{place}[{index}]", application) for index, step in enumerate(steps))


def _step(step: Step, place: str, application: Application) -> CompiledStep:
    kind = kind_of(step)
    return CompiledStep(
        place=place,
        kind=step.kind,
        mode=kind.mode,
        run=kind.compile(step.options, step, application),
        condition=step.if_,
        result=step.as_,
        item=step.each,
        index=step.index,
        blocks={
            name: _block(block, f"{place}.{below}", application) for name, below, block in blocks_of(step)
        },
        retry=step.retry,
        forgiving=step.on_error == "continue",
    )


def blocks_of(step: Step) -> Iterator[tuple[str, str, tuple[Step, ...]]]:
    """The name of each block, where it stands below the step, and its steps."""
    yield "then", "then", step.then
    yield "else", "else", step.else_
    yield "do", "do", step.do
    for index, case in enumerate(step.cases):
        yield f"cases[{index}]", f"cases[{index}].then", case.then
    if isinstance(step.on_error, tuple):
        yield "on_error", "on_error", step.on_error
