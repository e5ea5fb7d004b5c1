"""A run that is written down after each of its steps goes on as if it had not been."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.auth.seal import Seal
from app.engine.compile import CompiledAction, compile_actions
from app.engine.cursor import Cursors
from app.engine.execution import Execution
from app.engine.interpreter import Context, advance
from app.errors import StepFailed
from app.steps.base import Scope
from tests.unit.steps.world import SECRET, definition

ACTIONS = """
Inner:
  input: {n: {kind: number}}
  steps:
    - loop: =range(3)
      each: k
      do:
        - condition: =k == 2
          then: [{assign: {last: =n * k}}, {finish: =last}]
Attempt:
  steps:
    - assign: {seen: []}
    - loop: =[1, 2]
      each: i
      index: place
      do:
        - condition:
          cases:
            - {if: =i == 1, then: [{append: {list: seen, value: one}}]}
            - {if: =i == 2, then: [{append: {list: seen, value: =place}}]}
        - call: {action: Inner, with: {n: =i}}
          as: answer
        - append: {list: seen, value: =answer}
  result: =[seen, me, config.host]
"""
SHARED = {"now": 1, "today": 2, "me": "me", "config": {"host": "h", "api_key": SECRET}, "run": {}}


def cursors(most: int = 100_000, secret: bytes = b"s" * 32) -> Cursors:
    return Cursors(Seal(secret), most)


def compiled(folder: Path, written: str = ACTIONS) -> Mapping[str, CompiledAction]:
    return compile_actions(definition(folder, textwrap.dedent(written)))


def _scope(execution: Execution, step: Any) -> Scope:
    unused: Any = None
    return Scope(execution.variables, unused, datetime.now(UTC), unused, "", unused)


def test_run_written_after_each_step_ends_alike(tmp_path: Path) -> None:
    actions = compiled(tmp_path)
    execution = Execution.begin(actions, "Attempt", {}, SHARED)
    while (step := execution.next_step()) is not None:
        execution.settle(step, step.run(_scope(execution, step)))  # type: ignore[arg-type]
        if execution.invocations:
            text = cursors().write("r", execution)
            execution, now = cursors().read("r", text, actions, SHARED)
            assert now is None
    assert execution.result == [["one", 2, 1, 4], "me", "h"]
    plain = Execution.begin(actions, "Attempt", {}, SHARED)
    list(advance(plain, Context(_scope, float("inf"))))
    assert (execution.result, execution.steps) == (plain.result, plain.steps)


def test_reaching_step_keeps_its_number_and_its_clock(tmp_path: Path) -> None:
    actions = compiled(tmp_path)
    execution = Execution.begin(actions, "Attempt", {}, SHARED)
    execution.next_step()
    moment = datetime(2026, 11, 22, 1, 2, 3, 456789, UTC)
    text = cursors().write("r", execution, moment)
    again, now = cursors().read("r", text, actions, SHARED)
    again.next_step()
    assert (again.steps, now) == (execution.steps, moment)


def test_cursor_tells_nothing_of_its_values(tmp_path: Path) -> None:
    execution = Execution.begin(compiled(tmp_path), "Attempt", {"word": "canary"}, SHARED)
    text = cursors().write("r", execution)
    assert "canary" not in text
    assert "assign" not in text
    assert cursors().write("r", execution) != text


@pytest.mark.parametrize(("run", "secret"), [("other", b"s" * 32), ("r", b"t" * 32)])
def test_cursor_of_another_run_or_server_is_refused(tmp_path: Path, run: str, secret: bytes) -> None:
    actions = compiled(tmp_path)
    text = cursors().write("r", Execution.begin(actions, "Attempt", {}, SHARED))
    with pytest.raises(StepFailed, match="no longer fits"):
        cursors(secret=secret).read(run, text, actions, SHARED)


def test_cursor_that_fits_no_action_is_refused(tmp_path: Path) -> None:
    actions = compiled(tmp_path)
    text = cursors().write("r", Execution.begin(actions, "Attempt", {}, SHARED))
    with pytest.raises(StepFailed, match="no longer fits"):
        cursors().read("r", text, {"Inner": actions["Inner"]}, SHARED)


def test_values_over_the_limit_are_refused(tmp_path: Path) -> None:
    execution = Execution.begin(compiled(tmp_path), "Attempt", {"word": "x" * 2_000}, SHARED)
    with pytest.raises(StepFailed, match="larger than 1,000 bytes"):
        cursors(1_000).write("r", execution)
