from __future__ import annotations

import pytest

from app.definition.options import (
    WORDS,
    Option,
    block_words,
    options_of_any_property,
    property_options,
    step_options,
    words_of_any_step,
)
from app.properties import KINDS as PROPERTIES
from app.steps import KINDS as STEPS

ALL = [
    *(option for kind in STEPS.values() for option in (*step_options(kind), *block_words(kind))),
    *(option for kind in PROPERTIES.values() for option in property_options(kind)),
    *options_of_any_property(),
    *words_of_any_step(),
]


def option(kind: str, name: str) -> Option:
    (found,) = [one for one in step_options(STEPS[kind]) if one.name == name]
    return found


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_option_of_a_kind_says_what_it_is(one: Option) -> None:
    assert one.description.endswith(".")
    assert one.type
    assert "<" not in one.type


@pytest.mark.parametrize(
    ("kind", "name", "type", "default"),
    [
        ("find", "where", "filter", ""),
        ("find", "sort", "list of {field, order}", ""),
        ("create", "values", "{property or relation: value}", ""),
        ("create", "validate", "true or false", "true"),
        ("generate_pdf", "size", "A3 A4 A5 Letter Legal", "A4"),
        ("generate_pdf", "name", "template", "document.pdf"),
        ("generate_pdf", "property", "Model.property", ""),
        ("http_request", "timeout", "duration", ""),
        ("http_request", "headers", "{name: template}", ""),
        ("json_path", "path", "text, at most 500 long", ""),
        ("parse_csv", "delimiter", r'text, at least 1 long, at most 1 long, like [^"\r\n]', ","),
        ("random_hex", "length", "expression", "=32"),
        ("append", "list", "variable", ""),
        ("upsert", "unique_by", "list of property or relation", ""),
    ],
)
def test_option_has_its_type_and_default_in_words(kind: str, name: str, type: str, default: str) -> None:
    found = option(kind, name)
    assert (found.type, found.default) == (type, default)


def test_options_that_must_be_written_come_first_after_the_one_that_may_stand_alone() -> None:
    names = [(one.name, one.alone, one.required) for one in step_options(STEPS["to_csv"])]
    assert names[:2] == [("rows", True, True), ("columns", False, False)]
    assert [one.name for one in step_options(STEPS["update"])] == ["record", "values", "model", "validate"]


def test_names_that_the_author_chooses_are_one_option_without_a_name() -> None:
    (found,) = step_options(STEPS["assign"])
    assert (found.name, found.type) == ("", "{variable: value}, at least 1 long")


def test_words_for_types_are_those_that_options_have() -> None:
    types = " ".join(one.type for one in ALL)
    assert [word for word in WORDS if word not in types] == []
