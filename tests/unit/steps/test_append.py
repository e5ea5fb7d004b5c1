from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform


@pytest.mark.parametrize(("before", "after"), [(None, [5]), ([], [5]), ([1, 2], [1, 2, 5])])
async def test_append_adds_to_the_end(perform: Perform, before: Any, after: Any) -> None:
    assert await perform("- append: {list: lines, value: =5}", "=lines", lines=before) == after


async def test_append_leaves_other_names_of_the_list_alone(perform: Perform) -> None:
    steps = "- assign: {other: =lines}\n- append: {list: lines, value: {a: b}}"
    assert await perform(steps, "=[other, lines]", lines=[1]) == [[1], [1, {"a": "b"}]]


@pytest.mark.parametrize(("before", "message"), [("abc", "not a list"), ([0] * 10_000, "more than 10,000")])
async def test_append_to_what_takes_no_more_fails(perform: Perform, before: Any, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        await perform("- append: {list: lines, value: 1}", "=lines", lines=before)
