"""Where a run stands, as a text that another process can go on from.

A frame is kept as the name of its block below the step that entered it, never as the steps themselves. What every
action sees (`now today me config run`) is not kept but made anew: it holds secrets and rights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.auth.seal import Seal, Unsealable
from app.engine.compile import Block, CompiledAction, CompiledStep
from app.engine.execution import Execution, Frame, Invocation
from app.engine.kept import Keeper, restored
from app.errors import StepFailed

UNFIT = "The run cannot go on: what it remembers no longer fits its action."


class Cursors:
    """Writes and reads cursors; one is sealed for its run, since its variables may hold anything."""

    def __init__(self, seal: Seal, most: int) -> None:
        self._seal = seal
        self._most = most

    def write(self, run: str, execution: Execution, now: datetime | None = None) -> str:
        """The run before its next step. `now` is the clock of a reaching step that is about to be taken.

        Such a step has been counted; not here, so that it has the same number when it is taken again. StepFailed
        for values that are too large or of a kind that cannot be kept.
        """
        keeper = Keeper(self._most)
        shared = execution.shared.keys()
        kept = {
            "steps": execution.steps - (now is not None),
            "now": None if now is None else now.isoformat(),
            "invocations": [_invocation(one, shared, keeper) for one in execution.invocations],
        }
        text = json.dumps(kept, separators=(",", ":"))
        return self._seal.close(text.encode(), run)

    def read(
        self, run: str, text: str, actions: Mapping[str, CompiledAction], shared: Mapping[str, Any]
    ) -> tuple[Execution, datetime | None]:
        """The run as it was written, and the clock of its next step where that is kept."""
        try:
            kept = json.loads(self._seal.open(text, run))
            execution = Execution(actions, dict(shared), [], kept["steps"])
            for one in kept["invocations"]:
                execution.invocations.append(_invoked(one, execution))
        except (Unsealable, KeyError, IndexError, ValueError) as error:
            raise StepFailed(UNFIT, type(error).__name__) from error
        return execution, None if kept["now"] is None else datetime.fromisoformat(kept["now"])


def _invocation(one: Invocation, shared: Any, keeper: Keeper) -> dict[str, Any]:
    own = {name: value for name, value in one.variables.items() if name not in shared}
    return {
        "action": one.action.action.name,
        "variables": keeper.keep(own),
        "frames": [
            [_name(one.frames, place), frame.position, keeper.keep(frame.items), frame.place]
            for place, frame in enumerate(one.frames)
        ],
    }


def _name(frames: list[Frame], place: int) -> str:
    """The name of the block below the step that entered it; the action's own steps have none."""
    if place == 0:
        return ""
    blocks = _entered(frames[place - 1]).blocks
    return next(name for name, block in blocks.items() if block is frames[place].block)


def _entered(frame: Frame) -> CompiledStep:
    """The step whose block or action is being run: the one before the frame's position."""
    return frame.block[frame.position - 1]


def _invoked(kept: Mapping[str, Any], execution: Execution) -> Invocation:
    action = execution.actions[kept["action"]]
    frames: list[Frame] = []
    for name, position, items, place in kept["frames"]:
        frames.append(_frame(action.steps, frames, name, position, restored(items), place))
    caller = _entered(execution.current.frames[-1]) if execution.invocations else None
    return Invocation(action, {**restored(kept["variables"]), **execution.shared}, frames, caller)


def _frame(
    steps: Block, frames: list[Frame], name: str, position: int, items: tuple[Any, ...], place: int
) -> Frame:
    if not frames:
        return Frame(steps, position)
    step = _entered(frames[-1])
    block = step.blocks[name]
    return Frame(block, position, step if name == "do" else None, items, place)
