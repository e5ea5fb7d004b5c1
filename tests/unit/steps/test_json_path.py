from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.errors import DefinitionError, StepFailed
from tests.unit.steps.conftest import Perform
from tests.unit.steps.world import actions, definition

LINES = {"lines": [{"name": "a", "price": 5}, {"name": "b", "price": 12}], "name": "c"}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("path: '$.lines[?@.price > 10].name'", ["b"]),
        ("path: $..name", ["c", "a", "b"]),
        ("path: '$.lines[*].price', first: true", 5),
        ("path: $.other, first: true", None),
        ("path: $.other", []),
    ],
)
async def test_path_finds_parts(perform: Perform, options: str, found: Any) -> None:
    steps = f"- json_path: {{value: =value, {options}}}\n  as: found".replace("path: $", 'path: "$')
    steps = steps.replace('"$..name', '"$..name"').replace('"$.other', '"$.other"')
    assert await perform(steps, "=found", value=LINES) == found


@pytest.mark.parametrize("value", [None, 5, "text"])
async def test_path_in_a_single_value_finds_nothing(perform: Perform, value: Any) -> None:
    steps = "- json_path: {value: =value, path: '$..*'}\n  as: found"
    assert await perform(steps, "=found", value=value) == []


async def test_path_that_finds_too_much_fails(perform: Perform) -> None:
    with pytest.raises(StepFailed, match="more than 10,000 parts"):
        await perform("- json_path: {value: '=value', path: '$[*]'}", value=[0] * 10_001)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("$.lines[", "this is no JSONPath"),
        ("lines", "this is no JSONPath"),
        ("$..a..b..c", "write `..` at most 2 times"),
        ('$[?match(@.a, "(a+)+")]', "this is no JSONPath"),
        ("$[?@.a =~ /x/]", "this is no JSONPath"),
        ("$." + "a" * 500, "write at most 500 characters"),
    ],
)
def test_wrong_path_is_told_with_its_place(tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition(tmp_path, actions(f"- json_path: {{value: 1, path: '{path}'}}"))
    assert f"steps[0].json_path.path: {message}" in caught.value.message
