"""Whatever is read or evaluated, only errors of ours come out."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.expressions import FUNCTIONS, EvaluationError, Expression, ExpressionError, Template, Value

WORDS = [
    *(
        "a",
        "b",
        "a.b",
        "var:a",
        "a[0]",
        "b[a]",
        "null",
        "true",
        "1",
        "2.5",
        "'x'",
        "[]",
        "[a, 1]",
        "now",
        "today",
    ),
    *(
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "and",
        "or",
        "not",
        "in",
        "?",
        ":",
        "&",
        "|",
    ),
    *("(", ")", "[", "]", ",", ".", "="),
    *(f"{name}(" for name in FUNCTIONS),
]
OPERANDS = ["a", "b", "a.b", "b[a]", "a[0]", "'x'", "2.5", "-a", "not a", "[a, b]"]
OPERATORS = ["+", "-", "*", "/", "%", "==", "<", ">=", "in", "and", "or", "not in"]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | st.just("b"), inner, max_size=4)
    ),
    max_leaves=8,
)
SCOPES = st.fixed_dictionaries({"a": JSON, "b": JSON, "now": JSON, "today": JSON})


def evaluated(source: str, scope: dict[str, Any]) -> None:
    with contextlib.suppress(ExpressionError):
        expression = Expression.parse(source)
        with contextlib.suppress(EvaluationError):
            expression.evaluate(scope)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    evaluated(text, {})


@given(st.lists(st.sampled_from(WORDS), max_size=14), SCOPES)
def test_any_words_are_an_expression_or_refused(words: list[str], scope: dict[str, Any]) -> None:
    evaluated(" ".join(words), scope)


@given(
    st.sampled_from(OPERANDS),
    st.lists(st.tuples(st.sampled_from(OPERATORS), st.sampled_from(OPERANDS))),
    SCOPES,
)
def test_operators_take_any_value_or_refuse_it(
    first: str, rest: list[tuple[str, str]], scope: dict[str, Any]
) -> None:
    evaluated(first + "".join(f" {operator} ({operand})" for operator, operand in rest), scope)


@given(
    st.sampled_from(sorted(FUNCTIONS)),
    st.lists(st.sampled_from(["a", "b", "a.b", "1", "'b'"]), max_size=3),
    SCOPES,
)
def test_functions_take_any_value_or_refuse_it(
    name: str, arguments: list[str], scope: dict[str, Any]
) -> None:
    evaluated(f"{name}({', '.join(arguments)})", scope)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "a", "|", "for", "if", "'"])).map(" ".join)
)
def test_any_text_is_a_template_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        template = Template.parse(text)
        with contextlib.suppress(EvaluationError):
            template.render({"a": [1]})


FILTERS = [
    "upcase",
    "json",
    "plus: b",
    "sort: 'b'",
    "date: '%d'",
    "join: b",
    "map: 'b'",
    "round: b",
    "slice: b",
    "size",
]


@given(st.lists(st.sampled_from(FILTERS), max_size=3), SCOPES)
def test_filters_take_any_value_or_refuse_it(filters: list[str], scope: dict[str, Any]) -> None:
    source = (
        "{{ "
        + " | ".join(["a", *filters])
        + " }}{% for x in a %}{{ x }}{% endfor %}{% if a == b %}{% endif %}"
    )
    with contextlib.suppress(EvaluationError):
        Template.parse(source).render(scope)


@given(JSON)
def test_any_structure_is_a_value_or_refused(raw: Any) -> None:
    with contextlib.suppress(ExpressionError, EvaluationError):
        Value.parse(raw).evaluate({})
