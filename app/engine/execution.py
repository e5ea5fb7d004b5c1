"""The position and variables of a run, as values: a stack of called actions, each a stack of block frames.

Nothing here does I/O. `next_step` says what comes next, `settle` takes a step's outcome, `fail` its error. A copy is
cheap and shares no state that either would change, so a transaction can be started anew from the copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.compile import Block, CompiledAction, CompiledStep
from app.engine.journal import Entry
from app.errors import StepFailed
from app.expressions import EvaluationError
from app.steps.base import Assign, Call, Done, Each, Enter, Finish, Outcome

MAXIMUM_STEPS = 100_000
MAXIMUM_CALLS = 50


@dataclass(slots=True)
class Frame:
    """A block that is being run; for a loop also its items and the place of the current one."""

    block: Block
    position: int = 0
    loop: CompiledStep | None = None
    items: tuple[Any, ...] = ()
    place: int = 0

    def copy(self) -> Frame:
        """A copy that can go its own way."""
        return Frame(self.block, self.position, self.loop, self.items, self.place)


@dataclass(slots=True)
class Invocation:
    """One action that is being run, by itself or called by a step of the one below it."""

    action: CompiledAction
    variables: dict[str, Any]
    frames: list[Frame]
    caller: CompiledStep | None = None

    def copy(self) -> Invocation:
        """A copy that can go its own way."""
        frames = [frame.copy() for frame in self.frames]
        return Invocation(self.action, dict(self.variables), frames, self.caller)


@dataclass(slots=True)
class Execution:
    """A run in progress."""

    actions: Mapping[str, CompiledAction]
    shared: dict[str, Any]
    """What every action of the run sees beside its own variables: now, today, me, config, run."""
    invocations: list[Invocation]
    steps: int = 0
    journal: list[Entry] = field(default_factory=list)
    result: Any = None

    @classmethod
    def begin(
        cls,
        actions: Mapping[str, CompiledAction],
        name: str,
        input: Mapping[str, Any],
        shared: Mapping[str, Any],
    ) -> Execution:
        """A run of the action called `name`, before its first step."""
        execution = cls(actions, dict(shared), [])
        execution._enter_action(name, input, None)
        return execution

    def copy(self) -> Execution:
        """A copy that can go its own way."""
        invocations = [invocation.copy() for invocation in self.invocations]
        return Execution(
            self.actions, dict(self.shared), invocations, self.steps, list(self.journal), self.result
        )

    @property
    def current(self) -> Invocation:
        """The action whose steps are being run."""
        return self.invocations[-1]

    @property
    def variables(self) -> dict[str, Any]:
        """What the expressions of the current action see."""
        return self.current.variables

    @property
    def narrowed(self) -> bool:
        """Whether an action that is being run has no more rights than who called: what it calls has none either."""
        return any(invocation.action.action.run_as == "caller" for invocation in self.invocations)

    def refresh(self, shared: Mapping[str, Any]) -> None:
        """Sets shared values anew, such as `now`, for every action of the run."""
        self.shared.update(shared)
        for invocation in self.invocations:
            invocation.variables.update(shared)

    def next_step(self) -> CompiledStep | None:
        """The step to run now, or None when the run has ended; ends blocks, loops and called actions."""
        while self.invocations:
            invocation = self.current
            if not invocation.frames:
                self._leave_action(self._outcome_of(invocation))
                continue
            frame = invocation.frames[-1]
            if frame.position < len(frame.block):
                return self._counted(frame.block[frame.position])
            if not self._next_item(invocation, frame):
                invocation.frames.pop()
        return None

    def settle(self, step: CompiledStep, outcome: Outcome) -> None:
        """Moves on behind `step` with what it returned."""
        invocation = self.current
        invocation.frames[-1].position += 1
        match outcome:
            case Done(value):
                if step.result is not None:
                    invocation.variables[step.result] = value
            case Assign(variables):
                invocation.variables.update(variables)
            case Enter(name):
                if block := step.blocks.get(name, ()):
                    invocation.frames.append(Frame(block))
            case Each(items):
                self._enter_loop(invocation, step, items)
            case Call(action, values):
                self._enter_action(action, values, step)
            case Finish(result):
                self._leave_action(result)

    def skip(self) -> None:
        """Moves on behind the current step without running it."""
        self.current.frames[-1].position += 1

    def _counted(self, step: CompiledStep) -> CompiledStep:
        self.steps += 1
        if self.steps > MAXIMUM_STEPS:
            raise StepFailed(f"The run took more than {MAXIMUM_STEPS} steps.")
        return step

    def _enter_loop(self, invocation: Invocation, step: CompiledStep, items: tuple[Any, ...]) -> None:
        block = step.blocks.get("do", ())
        if items and block:
            frame = Frame(block, loop=step, items=items)
            self._set_item(invocation, frame)
            invocation.frames.append(frame)

    def _next_item(self, invocation: Invocation, frame: Frame) -> bool:
        if frame.loop is None or frame.place + 1 >= len(frame.items):
            return False
        frame.place += 1
        frame.position = 0
        self._set_item(invocation, frame)
        return True

    def _set_item(self, invocation: Invocation, frame: Frame) -> None:
        assert frame.loop is not None
        if frame.loop.item is not None:
            invocation.variables[frame.loop.item] = frame.items[frame.place]
        if frame.loop.index is not None:
            invocation.variables[frame.loop.index] = frame.place

    def _enter_action(self, name: str, input: Mapping[str, Any], caller: CompiledStep | None) -> None:
        if len(self.invocations) >= MAXIMUM_CALLS:
            raise StepFailed(f"Actions call each other more than {MAXIMUM_CALLS} deep.")
        action = self.actions[name]
        variables = {**dict.fromkeys(action.action.input), **input, **self.shared}
        self.invocations.append(Invocation(action, variables, [Frame(action.steps)], caller))

    def _leave_action(self, result: Any) -> None:
        ended = self.invocations.pop()
        if not self.invocations:
            self.result = result
        elif ended.caller is not None and ended.caller.result is not None:
            self.current.variables[ended.caller.result] = result

    def _outcome_of(self, invocation: Invocation) -> Any:
        action = invocation.action.action
        variables = invocation.variables
        try:
            if action.outputs:
                return {name: value.evaluate(variables) for name, value in action.outputs.items()}
            return None if action.result is None else action.result.evaluate(variables)
        except EvaluationError as error:
            raise StepFailed(f"The result of {action.name!r} could not be made.", str(error)) from error
