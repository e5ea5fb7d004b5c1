from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.errors import DefinitionError
from tests.unit.steps.conftest import Perform
from tests.unit.steps.world import actions, definition

TWO = """
- assign: {way: neither}
- condition: =number > 10
  then: [{assign: {way: then}}]
  else: [{assign: {way: else}}]
"""
CASES = """
- assign: {way: neither}
- condition:
  cases:
    - {if: =number > 10, then: [{assign: {way: much}}]}
    - {if: =number > 5, then: [{assign: {way: some}}]}
    - {if: =number > 3, then: []}
  else: [{assign: {way: little}}]
"""


@pytest.mark.parametrize(
    ("steps", "number", "way"),
    [
        (TWO, 11, "then"),
        (TWO, 10, "else"),
        (CASES, 20, "much"),
        (CASES, 7, "some"),
        (CASES, 4, "neither"),
        (CASES, 1, "little"),
    ],
)
async def test_condition_goes_on_in_one_block(perform: Perform, steps: str, number: int, way: str) -> None:
    assert await perform(steps, "=way", number=number) == way


@pytest.mark.parametrize("value", [None, False, 0, "", [], {}])
async def test_condition_of_nothing_is_false(perform: Perform, value: Any) -> None:
    steps = "- assign: {seen: no}\n- condition: =value\n  then: [{assign: {seen: yes}}]"
    assert await perform(steps, "=seen", value=value) == "no"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{condition: , else: [{debug: x}]}", "write an expression"),
        ("{condition: =true, cases: [{if: =true, then: []}]}", "not both"),
        (
            "{condition: , cases: [{if: =true, then: []}], then: [{debug: x}]}",
            "stands in each of the `cases`",
        ),
        ("{condition: =true}", "needs steps"),
    ],
)
def test_condition_without_a_way_is_a_definition_error(tmp_path: Path, step: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        definition(tmp_path, actions(f"- {step}"))
