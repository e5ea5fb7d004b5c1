"""Which records conditions find, the same on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.definition.conditions import Compare, Condition, Every, Parameter, Related, Some
from app.errors import BadInput
from tests.unit.storage.blog import NOW_TEXT, Blog, ids

pytestmark = pytest.mark.asyncio(loop_scope="module")
FIRST = Parameter(0)
FILTERS: list[tuple[str, str, Any, list[int]]] = [
    ("title", "eq", "Alpha", [1]),
    ("title", "eq", None, []),
    ("title", "neq", "Alpha", [2, 3, 4]),
    ("title", "neq", None, []),
    ("title", "in", ["Alpha", None, "beta"], [1, 2]),
    ("title", "in", [], []),
    ("title", "in", None, []),
    ("title", "nin", ["Alpha", None], [2, 3, 4]),
    ("title", "nin", [], [1, 2, 3, 4]),
    ("title", "nin", None, []),
    ("title", "matches", "ALPH", [1]),
    ("title", "matches", "0%", [3]),
    ("title", "matches", "\\", []),
    ("title", "matches", "\u00c9", []),
    ("slug", "matches", "g_", [3]),
    ("slug", "matches", "gx", []),
    ("title", "does_not_match", "A", [4]),
    ("slug", "does_not_match", "z", [3]),
    ("title", "starts_with", "Al", [1]),
    ("title", "starts_with", "al", []),
    ("title", "starts_with", "", [1, 2, 3, 4]),
    ("title", "ends_with", "a", [1, 2]),
    ("title", "ends_with", "", [1, 2, 3, 4]),
    ("title", "ends_with", "a longer text than any", []),
    ("title", "regex", "^[A-Z]", [1, 3]),
    ("title", "regex", r"\b\d+%$", [3]),
    ("title", "regex", "(?i)^BETA$", [2]),
    ("title", "regex", None, []),
    ("slug", "exists", None, [3]),
    ("slug", "does_not_exist", None, [1, 2, 4]),
    ("votes", "eq", 5, [1, 4]),
    ("votes", "eq", 2**80, []),
    ("votes", "neq", 2**80, [1, 2, 4]),
    ("votes", "lt", 2**80, [1, 2, 4]),
    ("votes", "gt", Decimal("4.5"), [1, 4]),
    ("votes", "lteq", Decimal("4.5"), [2]),
    ("votes", "in", [5, Decimal("0.5")], [1, 4]),
    ("votes", "nin", [0], [1, 4]),
    ("price", "eq", Decimal("1.5"), [1]),
    ("price", "eq", Decimal("1.501"), []),
    ("price", "gt", Decimal("1.499"), [1, 2]),
    ("price", "gteq", Decimal("1.501"), [2]),
    ("price", "lt", Decimal("1.501"), [1, 4]),
    ("price", "in", ["2", "0.01"], [2, 4]),
    ("created_at", "eq", NOW_TEXT, [1, 2, 3, 4]),
    ("created_at", "gt", NOW_TEXT, []),
    ("id", "in", [3, 1, 99], [1, 3]),
]


@pytest.mark.parametrize(("name", "operator", "value", "expected"), FILTERS)
async def test_filter(filled: Blog, name: str, operator: str, value: Any, expected: list[int]) -> None:
    operand = None if operator in ("exists", "does_not_exist") else FIRST
    assert await ids(filled, Compare(name, operator, operand), value) == expected


COMBINED: list[tuple[Condition, list[Any], list[int]]] = [
    (Every(()), [], [1, 2, 3, 4]),
    (Some(()), [], []),
    (Every((Compare("votes", "eq", FIRST), Compare("price", "gt", Parameter(1)))), [5, 1], [1]),
    (Some((Compare("votes", "eq", FIRST), Compare("title", "eq", Parameter(1)))), [0, "Alpha"], [1, 2]),
    (Related("owner", Compare("name", "eq", FIRST)), ["Ada"], [1, 2]),
    (Related("owner", Every(())), [], [1, 2, 3]),
    (Related("owner", Every(()), Compare("name", "eq", FIRST)), ["Bob"], [3]),
    (Related("owner", Compare("id", "does_not_exist")), [], [4]),
    (Related("owner", Every((Compare("id", "does_not_exist"),))), [], [4]),
    (Related("owner", Compare("id", "does_not_exist"), Compare("name", "eq", FIRST)), ["Bob"], [1, 2, 4]),
    (Related("owner", Compare("id", "exists")), [], [1, 2, 3]),
    (Related("comments", Compare("stars", "gteq", FIRST)), [4], [1]),
    (Related("comments", Related("author", Compare("name", "eq", FIRST))), ["Cy"], [1]),
    (Related("tags", Compare("name", "eq", FIRST)), ["green"], [1, 2]),
    (Related("owner", Related("profile", Compare("bio", "exists"))), [], [1, 2]),
]


@pytest.mark.parametrize(("where", "values", "expected"), COMBINED)
async def test_filter_combined(
    filled: Blog, where: Condition, values: list[Any], expected: list[int]
) -> None:
    assert await ids(filled, where, *values) == expected


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("title", "gt", "a"),
        ("title", "shouts", "a"),
        ("title", "eq", 5),
        ("title", "eq", "a\0"),
        ("title", "matches", "x" * 10_001),
        ("title", "regex", "("),
        ("title", "regex", "(?=a)"),
        ("title", "in", "Alpha"),
        ("votes", "eq", "many"),
        ("created_at", "gt", "soon"),
        ("double", "eq", 3),
        ("extra", "eq", 3),
    ],
)
async def test_filter_with_a_wrong_operand_is_bad_input(
    filled: Blog, name: str, operator: str, value: Any
) -> None:
    with pytest.raises(BadInput) as refused:
        await ids(filled, Compare(name, operator, FIRST), value)
    assert list(refused.value.fields) == [name]
