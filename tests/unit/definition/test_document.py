from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml

from app.definition.document import MAXIMUM_DEPTH, _read, read_document, resolve_scalar
from app.definition.exact import exact_events
from app.definition.source import Node
from app.main import EXAMPLES


def problems(text: str) -> list[str]:
    """What is said of this text, as lines."""
    return [str(problem) for problem in read_document("f.yaml", text)[1]]


def read(text: str) -> Node:
    """The root of a text without problems."""
    root, found = read_document("f.yaml", text)
    assert found == []
    assert root is not None
    return root


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("12", 12),
        ("-3", -3),
        ("0755", 755),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-31", "2026-01-31"),
        ("1.50", Decimal("1.50")),
        ("1e3", Decimal("1000")),
        (".5", Decimal("0.5")),
        ("1e9999999", "1e9999999"),
    ],
)
def test_plain_scalar_has_its_value_by_the_core_schema(text: str, value: Any) -> None:
    found = resolve_scalar(text)
    assert (found, type(found)) == (value, type(value))


def test_quoted_scalar_stays_text() -> None:
    assert read("a: '12'\nb: \"true\"\nc: |\n  1\n").data() == {"a": "12", "b": "true", "c": "1\n"}


def test_nodes_know_the_lines_of_keys_and_items() -> None:
    root = read("a:\n\n  b: 1\nc:\n  - x\n  -\n    d: 2\n")
    assert [node.place.line for node in (root.child("a"), root.child("c")) if node] == [1, 4]
    second = (root.child("c") or root).child(1)
    assert second is not None
    assert second.data() == {"d": 2}
    assert (second.child("d") or second).place.line == 7


def test_alias_stands_for_its_anchor_where_it_is_used() -> None:
    root = read("a: &x {q: [1]}\nb: *x\n")
    assert root.data() == {"a": {"q": [1]}, "b": {"q": [1]}}
    assert (root.child("b") or root).place.line == 2


@pytest.mark.parametrize("text", ["{a: b:, c: 1}", "a: &x~ 1\nb: 1\n"])
def test_text_that_the_fast_reader_does_not_take_is_read_by_the_exact_one(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        list(yaml.parse(text, yaml.CSafeLoader))
    assert set(read(text).data().values()) <= {"b:", 1}


@pytest.mark.parametrize("name", [path.name for path in EXAMPLES.glob("*.yaml")])
def test_both_readers_find_the_same_in_a_definition(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    exact = _read("f.yaml", exact_events("f.yaml", text))
    assert read_document("f.yaml", text) == exact
    assert exact[0] is not None


def test_empty_document_is_an_empty_mapping() -> None:
    assert read("# nothing\n").data() == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "models:\n  A: {}\n  A: {}\n",
            "f.yaml:3 models: the key 'A' stands here and at f.yaml:2; keep one of them",
        ),
        (
            "a:\n  - b: .inf",
            "f.yaml:2 a[0].b: .inf is no finite number; write a number, or a text in quotes",
        ),
        (
            "a: !!int 1",
            "f.yaml:1 the tag 'tag:yaml.org,2002:int'; definitions have no tags, write a plain value",
        ),
        (
            "a: !python/object:os.system x",
            "f.yaml:1 the tag '!python/object:os.system'; definitions have no tags,",
        ),
        ("a: b: c", "f.yaml:1 this is not YAML: mapping values are not allowed here"),
        ("a: [1", "f.yaml:1 this is not YAML: expected ',' or ']', but got '<stream end>'"),
        ("a: 1\nb: \x01", "f.yaml:2 a control character; write it as an escape in double quotes"),
        ('"\\0name": x', "f.yaml:1 a control character in a key"),
        ("a: *b", "f.yaml:1 the alias *b stands for nothing before it"),
        ("a: &b [*b]", "f.yaml:1 the alias *b stands for nothing before it"),
        ("a: &b 1\n*b : 2", "f.yaml:2 the alias *b as a key; write the key out"),
        ("? [a]\n: 1", "f.yaml:1 a mapping or list as a key; keys are texts"),
        ("<<: {a: 1}", "f.yaml:1 << is not part of YAML 1.2; write the keys out"),
        ("%YAML 1.1\n---\na: 1", "f.yaml:1 definitions are YAML 1.2; leave out the %YAML line"),
        ("a: 1\n---\nb: 1", "f.yaml:2 a second document; write one document a file, without ---"),
        ("[" * 100_000, f"f.yaml:1 nested deeper than {MAXIMUM_DEPTH}"),
        ("a: " + "9" * 5_000, "f.yaml:1 a: a number of more than 300 digits; write a text in quotes"),
    ],
)
def test_text_is_refused_with_line_and_remedy(text: str, line: str) -> None:
    assert [problem[: len(line)] for problem in problems(text)] == [line]


def test_every_key_that_stands_twice_is_found() -> None:
    assert len(problems("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")) == 3


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert problems("\n".join(lines)) == ["f.yaml:5 more than 100,000 values, with every alias written out"]


def test_aliases_that_nest_too_deep_are_refused() -> None:
    lines = ["a0: &a0 [1]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 90))]
    assert problems("\n".join(lines)) == ["f.yaml:50 nested deeper than 50"]


def test_nesting_up_to_the_limit_is_read() -> None:
    assert problems("[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH) == []
