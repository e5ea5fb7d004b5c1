"""What a kind says of its values in JSON Schema is what it takes and gives."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from app.properties import KINDS
from app.properties.base import Constraints

TAKEN: dict[str, list[Any]] = {
    "text": ["a"],
    "multi_line_text": ["a\nb"],
    "rich_text": ["<b>a</b>"],
    "email": ["ada@example.com"],
    "url": ["https://example.com/a?b=c"],
    "phone_number": ["+31 20 123 4567"],
    "iban": ["NL91ABNA0417164300"],
    "zipcode": ["1234 AB"],
    "number": [0, -(2**31), 2**31 - 1],
    "decimal": [1, 1.5],
    "price": [1.25],
    "boolean": [True],
    "date": ["2026-11-22"],
    "date_time": ["2026-11-22T03:07:01+00:00"],
    "time": ["13:05", "13:05:00"],
    "minutes": [0],
    "list": ["a"],
    "multi_list": [["a", "b"], []],
    "password": ["12345678"],
    "json": [1, "a", [{}], True],
    "object": [{"a": 1}],
}
REFUSED: dict[str, list[Any]] = {
    "number": [1.5, 2**31, "a", True],
    "minutes": [-1],
    "boolean": [1],
    "list": ["c"],
    "multi_list": [["c"], "a"],
    "password": ["1234567"],
    "time": ["1:5", "13:05:00Z"],
    "object": [[]],
    "iban": ["N" * 35],
}
OPTIONED = ("list", "multi_list")


def constraints(kind: str, **options: Any) -> Constraints:
    return Constraints(kind=kind, options=("a", "b") if kind in OPTIONED else (), **options)


def valid(kind: str, value: Any, **options: Any) -> bool:
    return bool(OAS31Validator(KINDS[kind].schema(constraints(kind, **options))).is_valid(value))


@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_schemas(kind: str) -> None:
    declared = KINDS[kind]
    for schema in (declared.schema(constraints(kind)), declared.answer_schema(constraints(kind))):
        OAS31Validator.check_schema(schema)
        OAS31Validator(schema).validate(schema["examples"][0]) if "examples" in schema else None


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in TAKEN for value in TAKEN[kind]])
def test_schema_takes_what_the_kind_takes_and_gives(kind: str, value: Any) -> None:
    parsed = KINDS[kind].parse(value, constraints(kind))
    assert valid(kind, value)
    rendered = KINDS[kind].render(parsed)
    shown = float(rendered) if KINDS[kind].graphql == "Decimal" else rendered
    assert OAS31Validator(KINDS[kind].answer_schema(constraints(kind))).is_valid(shown)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in REFUSED for value in REFUSED[kind]])
def test_schema_refuses_what_the_kind_does_not_give(kind: str, value: Any) -> None:
    assert not valid(kind, value)


def test_options_of_a_property_limit_what_is_written() -> None:
    assert not valid("number", 2, minimum=3)
    assert not valid("price", 2.5, maximum=2)
    assert not valid("text", "abc", length=2)
    assert not valid("text", "xAB", pattern="[A-Z]+")
    assert valid("text", "AB", pattern="[A-Z]+")


def test_options_do_not_limit_what_is_read() -> None:
    for option in ({"minimum": 3}, {"maximum": 3}):
        assert "minimum" not in KINDS["price"].answer_schema(constraints("price", **option))
    assert KINDS["text"].answer_schema(constraints("text", length=2)) == {"type": "string"}
