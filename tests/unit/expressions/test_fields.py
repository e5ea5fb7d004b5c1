"""The four kinds as fields of pydantic models."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from app.expressions import Expression, Structure, Template, Value


class Step(BaseModel):
    condition: Expression | None = None
    text: Template | None = None
    values: Value | None = None
    body: Structure | None = None


def test_fields_are_read() -> None:
    step = Step.model_validate(
        {"condition": "=a == 1", "text": "{{ a }}", "values": {"x": "=a"}, "body": {"x": "{{ a }}"}}
    )
    assert step.condition == Expression.parse("a == 1")
    assert step.text == Template.parse("{{ a }}")
    assert step.values is not None
    assert step.values.evaluate({"a": 1}) == {"x": 1}
    assert step.body is not None
    assert step.body.evaluate({"a": 1}) == {"x": "1"}


def test_fields_are_written_as_they_were() -> None:
    raw: dict[str, Any] = {"condition": "=a == 1", "text": "{{ a }}", "values": {"x": "=a"}, "body": [1]}
    assert Step.model_validate(raw).model_dump(mode="json") == raw


@pytest.mark.parametrize(("raw", "expected"), [(True, True), (5, 5), (-5, -5), (0.5, "0.5")])
def test_expression_field_takes_constants(raw: Any, expected: Any) -> None:
    condition = Step.model_validate({"condition": raw}).condition
    assert condition is not None
    assert condition.evaluate({}) == Expression.parse(str(expected).lower()).evaluate({})


MISTAKES = [
    ({"condition": "a == 1"}, "write an expression, as in =name"),
    ({"condition": ["=a"]}, "write an expression, as in =name"),
    ({"condition": "=sise(a)"}, "Did you mean 'size'?"),
    ({"condition": float("nan")}, "not finite"),
    ({"text": 5}, "write a text"),
    ({"text": "{{ a"}, "not closed at line 1"),
    ({"values": {"x": "=("}}, "ends too early at 2"),
    ({"body": {"x": "{% if %}"}}, "at line 1"),
]


@pytest.mark.parametrize(("raw", "reason"), MISTAKES)
def test_field_mistake_is_a_validation_error(raw: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Step.model_validate(raw)
    assert reason in str(caught.value)


def test_fields_have_a_json_schema() -> None:
    properties = Step.model_json_schema()["properties"]
    assert {"type": "string", "pattern": "^="} in properties["condition"]["anyOf"][0]["anyOf"]
    assert properties["text"]["anyOf"][0]["type"] == "string"
    assert "expression" in properties["values"]["anyOf"][0]["description"]
    assert "Liquid" in properties["body"]["anyOf"][0]["description"]
