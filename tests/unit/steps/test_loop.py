from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform

LOOP = """
- assign: {seen: []}
- loop: =rows
  each: row
  index: place
  do: [{append: {list: seen, value: "=[place, row]"}}]
"""


@pytest.mark.parametrize(
    ("rows", "seen"),
    [
        (None, []),
        ([], []),
        (["a"], [[0, "a"]]),
        ([{"n": 1}, None, [2]], [[0, {"n": 1}], [1, None], [2, [2]]]),
    ],
)
async def test_loop_runs_once_for_each_item(perform: Perform, rows: Any, seen: Any) -> None:
    assert await perform(LOOP, "=seen", rows=rows) == seen


@pytest.mark.parametrize(
    ("rows", "message"), [("abc", "over a list"), ({"a": 1}, "over a list"), ([0] * 10_001, "at most 10,000")]
)
async def test_loop_over_what_is_no_list_fails(perform: Perform, rows: Any, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        await perform(LOOP, "=seen", rows=rows)


async def test_loop_keeps_its_items_when_the_list_changes(perform: Perform) -> None:
    steps = """
    - loop: =rows
      each: row
      do: [{append: {list: rows, value: =row}}]
    """
    assert await perform(steps, "=rows", rows=[1, 2]) == [1, 2, 1, 2]
