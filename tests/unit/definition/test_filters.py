from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.definition.conditions import Compare, Condition, Every, Parameter, Related, Some
from app.definition.filters import Compiled, compile_where
from app.definition.types import NestedError
from app.definition.where import Where
from tests.unit.definition.toys import loaded

BODY = """
    models:
      Shoe:
        properties:
          name: {kind: text}
          price: {kind: price}
          sold: {kind: boolean}
          secret: {kind: password}
          on_sale_from: {kind: date}
        relations:
          reviews: {has_many: Review}
      Review:
        properties:
          stars: {kind: number}
        relations:
          shoe: {belongs_to: Shoe}
"""


def compiled(tmp_path: Path, raw: Any) -> Compiled:
    """A filter of shoes."""
    application = loaded(tmp_path, BODY).application
    return compile_where(application, application.models["Shoe"], Where.parse(raw))


@pytest.mark.parametrize(
    ("raw", "condition", "values"),
    [
        ({}, Every(), []),
        ({"name": {"eq": "=x"}}, Compare("name", "eq", Parameter(0)), ["=x"]),
        ({"name": "=x"}, Compare("name", "eq", Parameter(0)), ["=x"]),
        ({"name": "plain"}, Compare("name", "eq", Parameter(0)), ["plain"]),
        ({"name": {"exists": True}}, Compare("name", "exists"), []),
        ({"name": {"exists": False}}, Compare("name", "does_not_exist"), []),
        ({"name": {"does_not_exist": True}}, Compare("name", "does_not_exist"), []),
        ({"name": {"in": ["a", "b"]}}, Compare("name", "in", Parameter(0)), [["a", "b"]]),
        ({"created_at": {"lt": "=now"}}, Compare("created_at", "lt", Parameter(0)), ["=now"]),
        (
            {"price": {"gt": 1, "lt": "=y"}},
            Every((Compare("price", "gt", Parameter(0)), Compare("price", "lt", Parameter(1)))),
            [1, "=y"],
        ),
        (
            {"name": "a", "_or": [{"sold": True}, {"price": {"lteq": 5}}]},
            Every(
                (
                    Compare("name", "eq", Parameter(0)),
                    Some((Compare("sold", "eq", Parameter(1)), Compare("price", "lteq", Parameter(2)))),
                )
            ),
            ["a", True, 5],
        ),
        ({"_and": [{"name": "=x"}]}, Compare("name", "eq", Parameter(0)), ["=x"]),
        ({"_or": []}, Some(()), []),
        (
            {"reviews": {"stars": {"gteq": 4}, "shoe": {"id": "=i"}}},
            Related(
                "reviews",
                Every(
                    (
                        Compare("stars", "gteq", Parameter(0)),
                        Related("shoe", Compare("id", "eq", Parameter(1))),
                    )
                ),
            ),
            [4, "=i"],
        ),
    ],
)
def test_filter_becomes_a_shape_and_its_operands(
    tmp_path: Path, raw: Any, condition: Condition, values: list[Any]
) -> None:
    found = compiled(tmp_path, raw)
    assert found.condition == condition
    assert [value.raw for value in found.values] == values


@pytest.mark.parametrize(
    ("raw", "path", "message"),
    [
        ({"nam": 1}, ("nam",), "unknown property or relation 'nam' of Shoe. Did you mean 'name'?"),
        (
            {"onSaleFrom": {"eq": "=x"}},
            ("onSaleFrom",),
            "unknown property or relation 'onSaleFrom' of Shoe. Did you mean 'on_sale_from'?",
        ),
        (
            {"reviews": {"star": 1}},
            ("reviews", "star"),
            "unknown property or relation 'star' of Review. Did you mean 'stars'?",
        ),
        (
            {"_or": [{"name": "a"}, {"nam": 1}]},
            ("_or", 1, "nam"),
            "unknown property or relation 'nam' of Shoe. Did you mean 'name'?",
        ),
        (
            {"name": {"doesNotExist": True}},
            ("name", "doesNotExist"),
            "'doesNotExist' is no operator of the kind text. Did you mean 'does_not_exist'?",
        ),
        (
            {"sold": {"gt": 1}},
            ("sold", "gt"),
            "'gt' is no operator of the kind boolean. Write one of does_not_exist, eq, exists, neq.",
        ),
        (
            {"secret": "x"},
            ("secret",),
            "'eq' is no operator of the kind password. Write one of does_not_exist, exists.",
        ),
        ({"name": {"exists": "=x"}}, ("name", "exists"), "exists takes true or false"),
        ({"name": {"in": "a"}}, ("name", "in"), "in takes a list"),
        ({"name": {"starts_with": 5}}, ("name", "starts_with"), "starts_with takes a text"),
        (
            {"name": None},
            ("name",),
            "nothing is equal to null; write {exists: true} or {exists: false}",
        ),
        ({"name": {"eq": {"a": 1}}}, ("name", "eq"), "write a value to compare with"),
        (
            {"reviews": "=r"},
            ("reviews",),
            "reviews is a relation; write conditions on its records, as in {reviews: {id: =me.id}}",
        ),
    ],
)
def test_mistake_in_a_filter_has_its_place(
    tmp_path: Path, raw: Any, path: tuple[str | int, ...], message: str
) -> None:
    with pytest.raises(NestedError) as caught:
        compiled(tmp_path, raw)
    assert caught.value.problems == ((path, message),)


@pytest.mark.parametrize("raw", [{"sold": "perhaps"}, {"price": {"gt": "dear"}}, {"price": {"in": [1, "x"]}}])
def test_constant_operand_that_the_kind_does_not_take_is_a_mistake(tmp_path: Path, raw: Any) -> None:
    with pytest.raises(NestedError):
        compiled(tmp_path, raw)


def test_every_mistake_in_a_filter_is_found(tmp_path: Path) -> None:
    with pytest.raises(NestedError) as caught:
        compiled(tmp_path, {"a": 1, "name": {"b": 2, "c": 3}})
    assert [path for path, _ in caught.value.problems] == [("a",), ("name", "b"), ("name", "c")]


def test_operands_are_evaluated_by_who_asks(tmp_path: Path) -> None:
    found = compiled(tmp_path, {"name": "=me.name"})
    assert [value.evaluate({"me": {"name": "Ada"}}) for value in found.values] == ["Ada"]
