"""Documents that cost too much are refused quickly, with the limit and the place in the message."""

from __future__ import annotations

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, get_introspection_query, validate

from app.schema.guard import Limits, guard, parse_guarded
from tests.support.cost import cost
from tests.unit.schema.toy import toy_schema

LARGE = Limits(bytes=10_000_000)


def check(source: str, limits: Limits | None = None, name: str | None = None) -> None:
    limits = limits or Limits()
    guard(parse_guarded(source, limits), name, limits)


def nested(depth: int, *, root: str = "task") -> str:
    return f"{{{root}" + "{task" * (depth - 2) + "{id}" + "}" * (depth - 1)


def fragments(levels: int, body: str) -> str:
    """A chain of fragments, each of which spreads the next one as `body` says."""
    chain = "".join(
        f"fragment f{level} on Task {{{body.replace('NEXT', f'f{level + 1}')}}}" for level in range(levels)
    )
    return f"{{task {{...f0}}}} {chain} fragment f{levels} on Task {{id}}"


def logins(count: int) -> str:
    return " ".join(f"l{number}: login {{jwtToken}}" for number in range(count))


REFUSED = {
    "too many bytes": ("{a}" + " " * 64_000, "larger than 64000 bytes."),
    "too many bytes of UTF-8": (f'{{a(b:"{"€" * 30_000}")}}', "larger than 64000 bytes."),
    "nested brackets": ("{a(b:" + "[" * 64, "nests brackets more than 64 deep (line 1, column 68)."),
    "a field too deep": (nested(11), "nests fields more than 10 deep (line 1, column 52)."),
    "a field too deep in a fragment": (
        "{a{a{a{a{a{...F}}}}}} fragment F on T {b{b{b{b{b{b}}}}}}",
        "nests fields more than 10 deep (line 1, column 50).",
    ),
    "a field too deep in an inline fragment": (
        "{...on Q{a{... {a{a{a{a{a{a{a{a{a{a}}}}}}}}}}}}}",
        "nests fields more than 10 deep (line 1, column 35).",
    ),
    "introspection too deep": (
        "{__type(name: 1){" + "ofType{" * 19 + "name" + "}" * 21,
        "nests introspection fields more than 20 deep (line 1, column 151).",
    ),
    "introspection too deep in a fragment": (
        "{__schema{types{...F}}} fragment F on T {" + "ofType{" * 18 + "name" + "}" * 19,
        "nests introspection fields more than 20 deep (line 1, column 168).",
    ),
    "aliases": (
        "{task{" + " ".join(f"a{n}: id" for n in range(31)) + "}}",
        "more than 30 aliases (line 1, column 1).",
    ),
    "root fields": ("\n{" + " a" * 21 + "}", "more than 20 root fields (line 2, column 1)."),
    "root fields in fragments": (
        "{...F ...F ... {...F}} fragment F on Q {" + " a" * 7 + "}",
        "more than 20 root fields (line 1, column 1).",
    ),
    "root mutations": ("mutation {a b c d e f}", "more than 5 root mutations (line 1, column 1)."),
    "fields": ("{a{" + " b" * 500 + "}}", "more than 500 fields (line 1, column 1)."),
    "fields of nested fragments": (
        fragments(30, "...NEXT ...NEXT"),
        "more than 500 fields (line 1, column 1).",
    ),
    "a second operation": ("query A {a} query B {" + " a" * 21 + "}", "more than 20 root fields"),
    "login twice": (f"mutation {{{logins(2)}}}", "only root field of its document (line 1, column 1)."),
    "login beside others": ("mutation {login {jwtToken} action(id: 1)}", "only root field of its document"),
    "login beside itself": ("mutation {login {jwtToken} login {jwtToken}}", "only root field"),
    "login in a fragment": (
        "mutation {...L action(id: 1)} fragment L on Mutation {login {jwtToken}}",
        "only root field of its document",
    ),
    "login in two operations": (f"mutation A {{{logins(1)}}} mutation B {{{logins(1)}}}", "only root field"),
    "an empty selection": ("{task {}}", "has to name at least one field (line 1, column 7)."),
}
ACCEPTED = {
    "a field at the limit": nested(10),
    "introspection at the limit": "{__type(name: 1){" + "ofType{" * 18 + "name" + "}" * 20,
    "aliases at the limit": "{task{" + " ".join(f"a{n}: id" for n in range(30)) + "}}",
    "root fields at the limit": "{" + " a" * 20 + "}",
    "root mutations at the limit": "mutation {a b c d e}",
    "fields at the limit": "{a{" + " b" * 499 + "}}",
    "login alone": "mutation login {login(username: $u, password: $p) {jwtToken}}",
    "login below the root": "mutation {action {login login}}",
    "login of a query": "{login a}",
    "brackets in a string": '{a(b: "' + "{[(" * 100 + '\\"[[[")}',
    "brackets in a block string": '{a(b: """' + "{[(" * 100 + '\\"""[[["[" """)}',
    "brackets in a comment": "#" + "{[(" * 100 + "\n{a}",
    "many brackets side by side": "{a(b: [" + "[]" * 200 + "])}",
    "an unknown fragment": "{...Nope}",
    "a cycle": "{...A} fragment A on Q {...B} fragment B on Q {...A}",
}


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_document_over_a_limit_is_refused_with_limit_and_place(source: str, message: str) -> None:
    with pytest.raises(GraphQLError) as refused:
        check(source)
    assert message in refused.value.message
    assert refused.value.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize("source", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_document_within_limits_passes(source: str) -> None:
    check(source)


def test_standard_introspection_query_passes() -> None:
    source = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )
    check(source)
    assert validate(toy_schema(), parse_guarded(source, Limits())) == []


def test_guard_named_operation_leaves_the_others() -> None:
    source = "query Small {a} query Large {" + " a" * 21 + "}"
    check(source, name="Small")
    with pytest.raises(GraphQLError, match="root fields"):
        check(source, name="Large")
    with pytest.raises(GraphQLError, match="root fields"):
        check(source, name="Unknown")


@pytest.mark.parametrize(
    "source", ["{a" + " a" * 2_000 + "}", "#\n" * 2_001 + "{a}"], ids=["tokens", "comments"]
)
def test_document_with_too_many_tokens_is_a_syntax_error(source: str) -> None:
    with pytest.raises(GraphQLSyntaxError, match="more than 2000"):
        check(source)


@pytest.mark.parametrize(
    ("source", "limits"),
    [
        pytest.param(fragments(30, "a: task {...NEXT} b: task {...NEXT}"), Limits(), id="nested fragments"),
        pytest.param(fragments(180, "...NEXT ...NEXT"), Limits(), id="long chain of fragments"),
        pytest.param("{" + " ".join(f"a{n}: a" for n in range(1_000)) + "}", Limits(), id="aliases"),
        pytest.param("[" * 100_000, LARGE, id="brackets"),
        pytest.param("{a(b:" + "[" * 100_000 + "]" * 100_000 + ")}", LARGE, id="closed brackets"),
        pytest.param("{a" * 21_300, Limits(), id="64 KB of selections"),
        pytest.param('"""' + '\\"' * 30_000, Limits(), id="unfinished block string"),
        pytest.param('"' * 63_000, Limits(), id="quotes"),
        pytest.param("}{" * 31_000, Limits(), id="closing first"),
    ],
)
def test_hostile_document_is_refused_within_a_tenth_of_a_second(source: str, limits: Limits) -> None:
    with cost() as spent, pytest.raises(GraphQLError):
        check(source, limits)
    assert spent.seconds < 0.1
