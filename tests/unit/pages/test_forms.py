"""Fields of a question as controls, and what is sent as an answer."""

from __future__ import annotations

from typing import Any

import pytest

from app.pages.forms import WIDGETS, answer, controls, unreadable
from app.properties import KINDS

REFERENCE = f"{'0' * 32}/a.txt"


def one(kind: str, **more: Any) -> dict[str, Any]:
    """A field as a run that waits has it."""
    return {"name": "x", "label": "X", "kind": kind, "required": False, "description": "", **more}


def test_every_kind_that_people_can_give_has_a_widget() -> None:
    assert WIDGETS.keys() == {name for name, kind in KINDS.items() if kind.writable}


@pytest.mark.parametrize(
    ("field", "widget"),
    [
        (one("list", options=["a", "b"]), "radios"),
        (one("list", options=list("abcdef")), "menu"),
        (one("boolean"), "check"),
        (one("boolean", required=True), "radios"),
        (one("multi_list", options=["a"]), "checks"),
    ],
)
def test_widget_follows_what_there_is_to_choose(field: dict[str, Any], widget: str) -> None:
    (control,) = controls([field])
    assert control.widget == widget


@pytest.mark.parametrize(
    ("kind", "default", "values"),
    [
        ("text", "a", ["a"]),
        ("number", 5, ["5"]),
        ("boolean", True, ["true"]),
        ("multi_list", ["a", "b"], ["a", "b"]),
        ("object", {"a": 1}, ['{"a":1}']),
        ("json", [1], ["[1]"]),
        ("password", None, []),
    ],
)
def test_default_stands_in_the_form(kind: str, default: Any, values: list[str]) -> None:
    (control,) = controls([one(kind, default=default)])
    assert list(control.values) == values


def test_what_was_sent_stands_in_the_form_again_except_for_passwords() -> None:
    for kind, values in (("text", ["a"]), ("password", [])):
        (control,) = controls([one(kind, default="b")], {"x": ["a"]}, {"x": "is wrong"})
        assert list(control.values) == values
        assert control.error == "X is wrong."
        assert control.described_by == "x-error"


def test_files_that_came_are_named_and_nothing_else() -> None:
    (control,) = controls([one("multi_file")], {"x": [REFERENCE, "../etc", "<b>"]})
    assert (list(control.kept), list(control.values)) == ([(REFERENCE, "a.txt")], [])


@pytest.mark.parametrize(
    ("kind", "sent", "value"),
    [
        ("text", [""], None),
        ("text", [], None),
        ("text", ["a", "b"], "a"),
        ("multi_line_text", ["a\r\nb"], "a\nb"),
        ("boolean", [], False),
        ("boolean", ["true"], "true"),
        ("multi_list", [], None),
        ("multi_list", ["a", "b"], ["a", "b"]),
        ("multi_file", [REFERENCE], [REFERENCE]),
        ("object", ['{"a": 1}'], {"a": 1}),
        ("json", ["[1, 2]"], [1, 2]),
    ],
)
def test_answer(kind: str, sent: list[str], value: Any) -> None:
    assert answer([one(kind)], {"x": sent, "y": ["z"]}) == {"x": value}


@pytest.mark.parametrize(
    ("kind", "sent", "wrong"),
    [
        ("json", ["{oops"], "is no JSON: the text is not JSON at line 1 column 2"),
        ("object", ["", "{"], "is no JSON: the text is not JSON at line 1 column 2"),
        ("json", ["plain words"], "is no JSON: the text is not JSON at line 1 column 1"),
        ("json", ['"plain words"'], None),
        ("json", [""], None),
        ("json", [], None),
        ("text", ["{oops"], None),
    ],
)
def test_text_that_should_be_json_is_read_or_refused(kind: str, sent: list[str], wrong: str | None) -> None:
    assert unreadable([one(kind)], {"x": sent}) == ({} if wrong is None else {"x": wrong})


def test_choice_that_must_be_made_is_missing() -> None:
    assert answer([one("boolean", required=True)], {}) == {"x": None}


@pytest.mark.parametrize(
    ("label", "reason", "error"),
    [
        ("Anything else?", "is required", "Anything else is required."),
        (
            "Laptop",
            "is none of the options. Did you mean 'Mac'?",
            "Laptop is none of the options. Did you mean 'Mac'?",
        ),
    ],
)
def test_error_is_a_sentence(label: str, reason: str, error: str) -> None:
    (control,) = controls([one("text", label=label)], {}, {"x": reason})
    assert control.error == error
