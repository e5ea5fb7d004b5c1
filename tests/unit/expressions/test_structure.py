"""Structures: Value with expressions, Structure with templates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.expressions import EvaluationError, ExpressionError, Structure, Value

SCOPE = {"name": "Ada", "shoe": {"price": Decimal("12.50")}, "rows": [1, 2]}


def test_value_evaluates_texts_that_begin_with_the_sign() -> None:
    value = Value.parse(
        {"name": "=name", "plain": "name", "list": ["=shoe.price * 2", 3, None], "day": date(2026, 1, 1)}
    )
    assert value.evaluate(SCOPE) == {
        "name": "Ada",
        "plain": "name",
        "list": [Decimal("25.00"), 3, None],
        "day": date(2026, 1, 1),
    }
    assert value.names == {"name", "shoe"}
    assert not value.is_constant


def test_value_may_begin_with_the_sign_by_an_expression() -> None:
    assert Value.parse('="=x"').evaluate({}) == "=x"


def test_value_without_expressions_is_constant() -> None:
    value = Value.parse({"welcomed": True, "price": 0.1, "texts": [" =x", "{{ x }}"]})
    assert value.is_constant
    assert value.names == frozenset()
    assert value.evaluate({}) == {"welcomed": True, "price": Decimal("0.1"), "texts": [" =x", "{{ x }}"]}


def test_value_is_fresh_for_each_evaluation() -> None:
    raw = {"list": [1], "inner": {"a": 1}}
    value = Value.parse(raw)
    one, other = value.evaluate({}), value.evaluate({})
    one["list"].append(2)
    one["inner"]["a"] = 2
    assert other == raw == {"list": [1], "inner": {"a": 1}}


@pytest.mark.parametrize("raw", [None, True, 3, "text", [], {}])
def test_value_keeps_what_was_written(raw: object) -> None:
    value = Value.parse(raw)
    assert value.raw == raw
    assert value.evaluate({}) == raw
    assert Value.parse(value) is value


def test_value_mistake_says_where_it_stands() -> None:
    with pytest.raises(ExpressionError, match="unknown function 'sise' at 1") as caught:
        Value.parse({"values": [{"name": "=sise(x)"}]})
    assert caught.value.path == ("values", 0, "name")
    assert caught.value.position == 1


def test_value_fault_is_raised() -> None:
    with pytest.raises(EvaluationError, match="division by zero at 3"):
        Value.parse(["=1 / 0"]).evaluate({})


def test_structure_renders_each_text() -> None:
    structure = Structure.parse(
        {"query": "{ a }", "variables": {"username": "{{ name }}", "n": 1}, "list": ["{{ shoe.price }} EUR"]}
    )
    assert structure.evaluate(SCOPE) == {
        "query": "{ a }",
        "variables": {"username": "Ada", "n": 1},
        "list": ["12.50 EUR"],
    }
    assert structure.names == {"name", "shoe"}


def test_structure_text_stays_text_whatever_the_value() -> None:
    structure = Structure.parse({"a": "{{ value }}"})
    assert structure.evaluate({"value": 5}) == {"a": "5"}
    assert structure.evaluate({"value": '", "admin": true, "b": "'}) == {"a": '", "admin": true, "b": "'}


def test_structure_leaves_expressions_alone() -> None:
    assert Structure.parse("=name").evaluate(SCOPE) == "=name"


def test_structure_mistake_says_where_it_stands() -> None:
    with pytest.raises(ExpressionError, match="not closed at line 2") as caught:
        Structure.parse({"body": {"text": "a\n{{ name"}})
    assert caught.value.path == ("body", "text")


def test_structures_are_equal_by_kind_and_what_was_written() -> None:
    assert Value.parse(["=a"]) == Value.parse(["=a"])
    assert Value.parse(["=a"]) != Structure.parse(["=a"])
    assert hash(Value.parse(["=a"])) == hash(Value.parse(["=a"]))


def test_structure_nested_too_deep_is_a_mistake() -> None:
    raw: object = "x"
    for _ in range(60):
        raw = [raw]
    with pytest.raises(ExpressionError, match="more than 50 deep"):
        Value.parse(raw)
