"""Prepared documents: made once, bounded, and gone with their schema."""

from __future__ import annotations

import gc
import weakref

import pytest
from graphql import GraphQLError

from app.schema.documents import Documents, InvalidDocument
from app.schema.guard import Limits
from tests.support.cost import cost
from tests.unit.schema.toy import toy_schema

TWO = "query A {hello} query B {task {id}} mutation C {upsert(uniqueBy: [])}"


def make(max_documents: int = 1_000, max_bytes: int = 16_000_000) -> Documents:
    return Documents(toy_schema(), Limits(), max_documents=max_documents, max_bytes=max_bytes)


def refused(documents: Documents, source: str, name: str | None = None) -> tuple[GraphQLError, ...]:
    with pytest.raises(InvalidDocument) as invalid:
        documents.prepare(source, name)
    return invalid.value.errors


def test_prepare_twice_gives_the_same_object() -> None:
    documents = make()
    first = documents.prepare("query A {hello}")
    assert documents.prepare("query A {hello}") is first
    assert documents.prepare("query A {hello}", "A") is first
    assert len(documents) == 1


@pytest.mark.parametrize(("name", "reads"), [("A", True), ("B", True), ("C", False)])
def test_prepare_with_a_name_gives_that_operation(name: str, reads: bool) -> None:
    prepared = make().prepare(TWO, name)
    assert prepared.operation.name
    assert (prepared.operation.name.value, prepared.reads) == (name, reads)


def test_prepare_binds_variables() -> None:
    prepared = make().prepare("mutation {action(id: $id)}")
    definitions = prepared.operation.variable_definitions or ()
    assert [definition.variable.name.value for definition in definitions] == ["id"]
    assert prepared.operation in prepared.document.definitions


@pytest.mark.parametrize(
    ("source", "name", "code", "message"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED", "Syntax Error"),
        ("", None, "GRAPHQL_PARSE_FAILED", "Syntax Error"),
        ("{nope}", None, "GRAPHQL_VALIDATION_FAILED", "Cannot query field 'nope'"),
        ("{task " * 65, None, "GRAPHQL_VALIDATION_FAILED", "more than 64 deep"),
        ("fragment F on Query {hello}", None, "GRAPHQL_VALIDATION_FAILED", "never used"),
        ("type A {b: Int}", None, "GRAPHQL_VALIDATION_FAILED", "not executable"),
        ("{...F} fragment F on Query {...F}", None, "GRAPHQL_VALIDATION_FAILED", "within itself"),
        (TWO, None, "GRAPHQL_VALIDATION_FAILED", "several operations: A, B, C."),
        (TWO, "D", "GRAPHQL_VALIDATION_FAILED", "no operation named 'D'."),
        ("{hello}", "A", "GRAPHQL_VALIDATION_FAILED", "no operation named 'A'."),
    ],
)
def test_prepare_with_a_bad_document_or_name_says_why(
    source: str, name: str | None, code: str, message: str
) -> None:
    documents = make()
    for _ in range(3):
        error = refused(documents, source, name)[0]
        assert message in error.message
        assert error.extensions == {"code": code}


def test_prepare_reports_a_bounded_number_of_errors_without_frames() -> None:
    errors = refused(make(), "{" + " nope" * 20 + "}")
    assert len(errors) == 11
    assert errors[-1].message.startswith("Too many validation errors")
    assert [error.__traceback__ for error in errors] == [None] * 11


def test_prepare_hides_suggestions_where_the_schema_is_private() -> None:
    private = Documents(toy_schema(), Limits(), hide_suggestions=True)
    assert "Did you mean" in refused(make(), "{helo}")[0].message
    assert "Did you mean" not in refused(private, "{helo}")[0].message


def test_documents_seen_once_stay_within_the_count_and_leave_regulars_alone() -> None:
    documents = make(max_documents=8)
    hot = [f"{{hello a{number}: hello}}" for number in range(4)]
    kept = [documents.prepare(source) for source in hot for _ in range(2)][1::2]
    for number in range(200):
        documents.prepare(f"{{hello b{number}: hello}}")
        assert len(documents) <= 8
    assert [documents.prepare(source) for source in hot] == kept


def test_documents_stay_within_their_memory() -> None:
    documents = make(max_bytes=100_000)
    for number in range(100):
        for _ in range(number % 3 + 1):
            documents.prepare(f"{{hello # {number}{'x' * 5_000}\n}}")
        assert documents.weight <= 100_000
    assert len(documents) > 5


def test_document_heavier_than_the_cache_is_prepared_each_time() -> None:
    documents = make(max_bytes=1_000)
    source = f"{{hello # {'x' * 5_000}\n}}"
    assert documents.prepare(source) is not documents.prepare(source)
    assert (len(documents), documents.weight) == (0, 0)


def test_refused_documents_are_cached_within_the_same_bounds() -> None:
    documents = make(max_documents=8)
    for number in range(50):
        refused(documents, f"{{nope{number}}}")
    assert 0 < len(documents) <= 8


def test_schema_is_collected_with_its_documents() -> None:
    schema = toy_schema()
    documents = Documents(schema, Limits())
    documents.prepare("mutation {action(id: $id)}")
    refused(documents, "{nope}")
    alive = weakref.ref(schema)
    del schema
    gc.collect()
    assert alive() is not None
    del documents
    gc.collect()
    assert alive() is None


HOSTILE = {
    "the same fragments side by side": "{task {" + "...F " * 400 + "}} fragment F on Task {id title}",
    "unknown fields": "{task {" + " ".join(f"i{n}" for n in range(499)) + "}}",
    "undeclared variables": "{all(where: {_and: [" + " ".join(f"$v{n}" for n in range(600)) + "]}) {id}}",
    "operations sharing fragments": " ".join(f"query Q{n} {{...F0}}" for n in range(150))
    + " ".join(f"fragment F{n} on Query {{...F{n + 1} hello(name: $v)}}" for n in range(60))
    + " fragment F60 on Query {hello}",
    "a fragment cycle that doubles": "{...F0} "
    + " ".join(f"fragment F{n} on Query {{...F{(n + 1) % 90} ...F{(n + 2) % 90}}}" for n in range(90)),
    "a deep literal": "{all(where: " + "{_and: [" * 31 + "]}" * 31 + ") {id}}",
}


MERGED = {
    "fields that conflict": "{task {" + " ".join(f"id title(upper: {n})" for n in range(249)) + "}}",
    "fields that repeat": "{task {" + "task {task {id}} " * 160 + "}}",
    "fragments that repeat": "{task {"
    + " ".join(f"...F{n}" for n in range(120))
    + "}} "
    + " ".join(f"fragment F{n} on Task {{id title}}" for n in range(120)),
}


def seconds(source: str) -> float:
    """The processor time a source costs that was not seen before, whether it is good or not."""
    documents = make()
    with cost() as spent:
        try:
            documents.prepare(source)
        except InvalidDocument as invalid:
            assert invalid.errors
    return spent.seconds


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_document_costs_under_a_tenth_of_a_second(source: str) -> None:
    assert seconds(source) < 0.1


@pytest.mark.parametrize("source", MERGED.values(), ids=MERGED.keys())
def test_document_of_many_fields_to_merge_is_given_up_early(source: str) -> None:
    """Validation compares fields of one name pairwise, so that what they cost grows with their square."""
    assert seconds(source) < 0.5
    (error,) = refused(make(), source)
    assert error.message.startswith("The document asks for the same fields too often to be compared.")
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}


def test_document_of_many_fragments_with_the_same_fields_is_good() -> None:
    names = [f"F{number}" for number in range(50)]
    spread = " ".join(f"...{name}" for name in names)
    fragments = " ".join(f"fragment {name} on Task {{id title task {{id title}}}}" for name in names)
    assert make().prepare(f"{{task {{{spread}}}}} {fragments}").reads
