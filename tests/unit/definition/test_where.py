from __future__ import annotations

from typing import Any

import pytest

from app.definition.types import NestedError
from app.definition.where import Where


def test_filter_keeps_the_order_of_its_operands() -> None:
    where = Where.parse({"b": 1, "_or": [{"a": {"gt": "=x"}}, {"r": {"c": "y"}}]})
    assert [value.raw for value in where.values()] == [1, "=x", "y"]


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (5, ()),
        ({"_and": {}}, ("_and",)),
        ({"_or": [1]}, ("_or", 0)),
        ({"a": {"eq": ["=1 +"]}}, ("a", "eq", 0)),
    ],
)
def test_mistake_has_its_place(raw: Any, path: tuple[str | int, ...]) -> None:
    with pytest.raises(NestedError) as caught:
        Where.parse(raw)
    assert [place for place, _ in caught.value.problems] == [path]


def test_filter_nested_too_deep_is_refused() -> None:
    raw: dict[str, Any] = {"a": 1}
    for _ in range(30):
        raw = {"r": raw}
    with pytest.raises(NestedError, match="deeper than 20"):
        Where.parse(raw)
