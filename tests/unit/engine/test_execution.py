"""A run as a value: copies go their own ways."""

from __future__ import annotations

from pathlib import Path

from app.engine.compile import compile_actions
from app.engine.execution import Execution
from app.engine.journal import Entry
from app.steps.base import Assign, Each, Finish
from tests.unit.steps.world import definition

LOOP = """
Attempt:
  steps:
    - loop: =[1, 2]
      each: item
      do: [{debug: x}, {debug: y}]
"""


def begun(folder: Path) -> Execution:
    return Execution.begin(compile_actions(definition(folder, LOOP)), "Attempt", {"a": 1}, {"now": 0})


def test_copy_goes_its_own_way(tmp_path: Path) -> None:
    execution = begun(tmp_path)
    loop = execution.next_step()
    assert loop is not None
    execution.settle(loop, Each((7, 8)))

    copy = execution.copy()
    copy.refresh({"now": 1})
    step = copy.next_step()
    assert step is not None
    copy.settle(step, Assign({"a": 2, "b": 3}))
    copy.journal.append(Entry("Attempt", "p", "debug", 0.0))
    while (step := copy.next_step()) is not None:
        copy.settle(step, Finish("done") if copy.variables["item"] == 8 else Assign({}))

    assert copy.result == "done"
    assert copy.invocations == []
    assert (execution.steps, execution.journal, execution.result) == (1, [], None)
    assert execution.shared == {"now": 0}
    assert execution.variables == {"a": 1, "now": 0, "item": 7}
    after = execution.next_step()
    assert after is not None
    assert after.place == "steps[0].do[0]"


def test_next_step_of_a_finished_run_is_none(tmp_path: Path) -> None:
    execution = begun(tmp_path)
    step = execution.next_step()
    assert step is not None
    execution.settle(step, Finish(5))
    assert execution.next_step() is None
    assert execution.next_step() is None
    assert execution.result == 5


def test_skipped_step_changes_nothing_but_the_place(tmp_path: Path) -> None:
    execution = begun(tmp_path)
    assert execution.next_step() is not None
    execution.skip()
    assert execution.variables == {"a": 1, "now": 0}
    assert execution.next_step() is None
    assert execution.result is None
