from __future__ import annotations

from app.properties import KINDS
from app.properties.base import OPTIONS
from tests.unit.properties.kinds import refused

EXPECTED = [
    "text",
    "multi_line_text",
    "rich_text",
    "email",
    "url",
    "phone_number",
    "iban",
    "zipcode",
    "number",
    "decimal",
    "price",
    "boolean",
    "date",
    "date_time",
    "time",
    "minutes",
    "list",
    "multi_list",
    "password",
    "file",
    "image",
    "multi_file",
    "auto_increment",
    "json",
    "object",
    "expression",
    "count",
    "sum",
]
GRAPHQL = {"String", "Int", "Boolean", "Decimal", "DateTime", "Date", "Time", "JSON", "File", "Image"}


def test_kinds_are_those_of_the_definition_language() -> None:
    assert set(KINDS) == set(EXPECTED)


def test_kinds_have_descriptions_and_known_types() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.description.endswith(".")
        assert kind.graphql in GRAPHQL
        assert kind.takes <= set(OPTIONS)


def test_kinds_that_are_computed_have_no_column_and_take_no_value() -> None:
    computed = {name for name, kind in KINDS.items() if not kind.stored}
    assert computed == {"expression", "count", "sum"}
    assert {refused(name, 1) for name in computed} == {"is_read_only"}
    assert {name for name, kind in KINDS.items() if not kind.writable} == computed | {"auto_increment"}


def test_passwords_alone_cannot_be_read_or_searched() -> None:
    assert {name for name, kind in KINDS.items() if not kind.readable} == {"password"}
    assert not KINDS["password"].operators


def test_files_are_searched_as_texts_but_not_by_lists() -> None:
    assert KINDS["file"].operators == KINDS["text"].operators - {"in", "nin"}
