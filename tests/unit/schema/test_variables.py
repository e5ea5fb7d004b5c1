"""Variables take the type of the place where they are used."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import DocumentNode, OperationDefinitionNode, execute_sync, parse, print_ast, validate

from app.schema.variables import bind_variables
from tests.unit.schema.toy import Root, toy_schema


def bound(source: str) -> DocumentNode:
    return bind_variables(toy_schema(), parse(source))


def declared(document: DocumentNode) -> list[str]:
    """What each operation declares, as text."""
    return [
        ", ".join(map(print_ast, node.variable_definitions or ()))
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]


def problems(document: DocumentNode) -> list[str]:
    return [error.message for error in validate(toy_schema(), document)]


VALID = {
    "undeclared": ("mutation {action(id: $id, input: $in)}", "$id: ID!, $in: JSON"),
    "declared otherwise": ("mutation($id: Int) {action(id: $id)}", "$id: ID!"),
    "declared with an unknown type": ("mutation($in: ActionInput) {action(id: 1, input: $in)}", "$in: JSON"),
    "declared as required": ("mutation($in: Nope!) {action(id: 1, input: $in)}", "$in: JSON!"),
    "one declared and one not": ("mutation($id: Int) {action(id: $id, input: $in)}", "$id: ID!, $in: JSON"),
    "a default is kept": ('query($n: ID = "x") {hello(name: $n)}', '$n: String = "x"'),
    "place with a default": ("{all(take: $n) {id}}", "$n: Int"),
    "input field with a default": ("{all(where: {size: $n}) {id}}", "$n: Int"),
    "in an object": ("{all(where: {title: {eq: $t}}) {id}}", "$t: String"),
    "in a list": ("mutation {upsert(uniqueBy: [$a])}", "$a: String!"),
    "in a list of objects": ("{all(where: {_and: [$w, {data: $d}]}) {id}}", "$w: Where!, $d: JSON"),
    "in a list in an object": ("{all(where: {title: {in: [$t]}}) {id}}", "$t: String!"),
    "in a scalar": ("mutation {action(id: 1, input: {a: $a, b: [{c: $b}]})}", "$a: JSON, $b: JSON"),
    "in a scalar of an object": ("{all(where: {data: {a: $a}, size: $n}) {id}}", "$a: JSON, $n: Int"),
    "in a oneOf object": ("{one(key: {id: $id}) {id}}", "$id: Int!"),
    "in a directive": ("{hello @include(if: $x)}", "$x: Boolean!"),
    "in a directive of the operation's fragment": ("{... @skip(if: $x) {hello}}", "$x: Boolean!"),
    "strict after lax": ("{take(name: $a) need(name: $a)}", "$a: String!"),
    "lax after strict": ("{need(name: $a) take(name: $a)}", "$a: String!"),
    "strict in part": ("{list(of: $a) rows(of: $a)}", "$a: [Int!]!"),
    "in a fragment": ("{...F} fragment F on Query {need(name: $a)}", "$a: String!"),
    "in fragment and operation": (
        "{take(name: $a) ...F} fragment F on Query {need(name: $a)}",
        "$a: String!",
    ),
}
UNCHANGED = {
    "no variables": "{hello}",
    "declared as used": "mutation($id: ID!, $in: JSON) {action(id: $id, input: $in)}",
    "declared stricter than used": "query($n: String!) {hello(name: $n)}",
    "declared laxer where there is a default": 'query($n: String = "x") {need(name: $n)}',
    "a dollar in a string": '{hello(name: "$name")}',
}
LEFT_TO_VALIDATION = {
    "unused": ("query($a: Int) {hello}", "$a: Int", "Variable '$a' is never used."),
    "unknown field": ("{nope(a: $a)}", "", "Variable '$a' is not defined."),
    "unknown argument": ("query($a: Int) {hello(nope: $a)}", "$a: Int", "Unknown argument 'nope'"),
    "unknown input field": ("{all(where: {nope: $a}) {id}}", "", "Variable '$a' is not defined."),
    "contradiction": (
        "{hello(name: $a) list(of: $a)}",
        "$a: String",
        "Variable '$a' of type 'String' used in position expecting type '[Int!]'.",
    ),
    "default of another type": (
        "query($a: Int = 5) {hello(name: $a)}",
        "$a: String = 5",
        "String cannot represent a non string value: 5",
    ),
    "cycle": (
        "{...A} fragment A on Query {hello(name: $a) ...B} fragment B on Query {...A}",
        "$a: String",
        "Cannot spread fragment 'A' within itself via 'B'.",
    ),
}


@pytest.mark.parametrize(("source", "expected"), VALID.values(), ids=VALID.keys())
def test_variable_is_declared_as_it_is_used(source: str, expected: str) -> None:
    document = bound(source)
    assert declared(document) == [expected]
    assert problems(document) == []


@pytest.mark.parametrize("source", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_document_declared_right_is_the_same_object(source: str) -> None:
    document = parse(source)
    assert bind_variables(toy_schema(), document) is document


@pytest.mark.parametrize(
    ("source", "expected", "message"), LEFT_TO_VALIDATION.values(), ids=LEFT_TO_VALIDATION.keys()
)
def test_variable_that_cannot_be_bound_is_left_to_validation(
    source: str, expected: str, message: str
) -> None:
    document = bound(source)
    assert declared(document) == [expected]
    assert any(message in problem for problem in problems(document))


def test_fragment_gives_its_variables_to_each_operation_that_reaches_it() -> None:
    document = bound(
        "query A {...F} query B($b: Int) {...G} query C {hello}"
        " fragment F on Query {need(name: $a) ...G} fragment G on Query {take(name: $b)}"
    )
    assert declared(document) == ["$a: String!, $b: String", "$b: String", ""]
    assert problems(document) == []


def test_mismatch_is_located_at_the_variable_of_the_caller() -> None:
    source = "{\n  hello(name: $a)\n  list(of: $a)\n}"
    error = validate(toy_schema(), bound(source))[0]
    assert [tuple(place) for place in error.locations or ()] == [(2, 15), (3, 12)]


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("mutation {action(id: $id, input: $in)}", {"id": 7, "in": {"a": 1}}, {"id": "7", "input": {"a": 1}}),
        ("mutation($id: Int) {action(id: $id)}", {"id": "x"}, {"id": "x", "input": None}),
        (
            "mutation {action(id: 1, input: {a: [$v]})}",
            {"v": {"b": 2}},
            {"id": "1", "input": {"a": [{"b": 2}]}},
        ),
    ],
)
def test_bound_document_executes(source: str, values: dict[str, Any], expected: object) -> None:
    result = execute_sync(toy_schema(), bound(source), Root(), variable_values=values)
    assert (result.data, result.errors) == ({"action": {"results": expected}}, None)
