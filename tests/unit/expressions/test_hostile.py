"""Hostile expressions, templates and data end soon, with an error of ours or a bounded result."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from app.expressions import EvaluationError, Expression, ExpressionError, Structure, Template
from tests.support.cost import cost

BUDGET = 1.0


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """Each test uses less than a second of CPU."""
    with cost() as spent:
        yield
    assert spent.seconds < BUDGET


TEXT = "a" * 900_000
SHARED: Any = [1]
for _ in range(40):
    SHARED = [SHARED, SHARED]
OTHER: Any = [1]
for _ in range(40):
    OTHER = [OTHER, OTHER]
DEEP: Any = 1
for _ in range(5_000):
    DEEP = [DEEP]
DEEPER: Any = 1
for _ in range(5_000):
    DEEPER = [DEEPER]

SCOPE: dict[str, Any] = {
    "text": TEXT,
    "shared": SHARED,
    "other": OTHER,
    "deep": DEEP,
    "deeper": DEEPER,
    "list": list(range(90_000)),
    "rows": [{"n": number} for number in range(20_000)],
    "huge": Decimal("1E+999999"),
    "tiny": Decimal("1E-999999"),
    "integer": 10**4_000,
    "a": "a" * 10_000,
    "unicode": "".join(map(chr, range(1_000, 11_000))),
    "json": "[" * 900_000,
    "xs": "<" * 900_000,
}

UNREADABLE = [
    "(" * 1_000,
    "(" * 51 + "1" + ")" * 51,
    "[" * 1_000,
    "-" * 1_000 + "1",
    "not " * 400 + "a",
    "a[" * 600,
    "size(" * 300,
    "a ? " * 400,
    "1 ? 1 : " * 200 + "1",
    "a" * 2_001,
    '"' + "\\" * 1_998,
    "9" * 1_001,
    "." * 2_000,
    "matches(x, '" + "(a*)*" * 39 + "(')",
]


@pytest.mark.parametrize("source", UNREADABLE, ids=lambda source: source[:12])
def test_hostile_expression_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        Expression.parse(source)


LONG = [
    "+".join(["1"] * 1_000),
    " and ".join(["a"] * 300),
    "x" + ".y" * 990,
    "x" + "[0]" * 600,
    "==".join(["1", "1"]) + " or 1" * 300,
    "[" + ",".join(["1"] * 900) + "]",
    "(" * 48 + "a and b or c == d + e * -f" + ")" * 48,
]


@pytest.mark.parametrize("source", LONG, ids=lambda source: source[:12])
def test_long_expression_is_evaluated(source: str) -> None:
    scope = dict.fromkeys("abcdef", 1)
    Expression.parse(source).evaluate(scope)


UNEVALUABLE = [
    "text + text",
    "replace(text, 'a', text)",
    "replace(text, 'a', 'aa')",
    "join(list, text)",
    "join([text, text])",
    "[text, text]",
    "split(text, 'a')",
    "base64(text)",
    "list + list",
    "range(0, 1000000000000000000000000)",
    "integer * integer",
    "huge + 1",
    "floor(huge)",
    "text(huge)",
    "text(tiny)",
    "'' + integer",
    "*".join(["9999999999999999"] * 100),
    "number(text)",
    "to_json(shared)",
    "to_json(deep)",
    "shared == other",
    "deep == deeper",
    "distinct([shared, other])",
    "distinct([deep])",
    "other in [shared]",
    "parse_json(json)",
    "matches(text, 'a*')",
    "round(1.5, 1000000)",
    "date(integer, 1, 1)",
    "days(integer)",
    "months(integer)",
    "format_date(date('2026-01-01'), text)",
    "to_json(integer)",
]


@pytest.mark.parametrize("source", UNEVALUABLE, ids=lambda source: source[:30])
def test_hostile_evaluation_is_refused(source: str) -> None:
    expression = Expression.parse(source)
    with pytest.raises(EvaluationError):
        expression.evaluate(SCOPE)


BOUNDED = [
    ("matches(a, '(a+)+b')", False),
    ("matches(a, '(a|aa)+b')", False),
    ("matches(a, '(.*)(.*)(.*)(.*)(.*)b')", False),
    ("matches(a, '([a-z]+)*[0-9]')", False),
    ("matches(a, '(a?){100}a{100}b')", False),
    (r"matches(unicode, '(\w|[^a]|.)*')", True),
    ("size(distinct(list))", 90_000),
    ("size(sort_by(rows, 'n', 'desc'))", 20_000),
    ("sum(pluck(rows, 'n'))", 199_990_000),
    ("max(list)", 89_999),
    ("-1 in list", False),
]


@pytest.mark.parametrize(("source", "expected"), BOUNDED, ids=lambda case: str(case)[:30])
def test_costly_evaluation_ends_in_time(source: str, expected: Any) -> None:
    assert Expression.parse(source).evaluate(SCOPE) == expected


UNRENDERABLE = [
    "{% for i in (1..1000000000) %}{% endfor %}",
    "{% for i in (1..1000000000) reversed %}{% endfor %}",
    "{% for i in (1..1000000000000000000000000000) %}{% endfor %}",
    "{% tablerow i in (1..1000000000) %}{% endtablerow %}",
    "{% for i in (1..90000) %}{% for j in (1..90000) %}{% endfor %}{% endfor %}",
    "{% for i in (1..100000) %}{% if list contains 'x' %}a{% endif %}{% endfor %}",
    "{% for i in (1..100000) %}{% capture x %}{{ text }}{% endcapture %}{% endfor %}",
    "{% for i in (1..100000) %}{% assign x = list | sort %}{% endfor %}",
    "{% for i in (1..100000) %}{% cycle 'a', 'b' %}{{ text }}{% endfor %}",
    "{% assign a = 'aa' %}{% for i in (1..100) %}{% assign a = a | append: a %}{% endfor %}",
    "{{ text | replace: 'a', text }}",
    "{{ text | split: '' }}",
    "{{ list | join: text }}",
    "{{ text }}{{ text }}",
    "{{ shared }}",
    "{{ deep }}",
    "{{ shared | json }}",
    "{{ xs | escape }}",
    "{{ huge }}",
    "{{ integer | times: integer }}",
    "{{ '2026-01-01' | date: text }}",
    "{% break %}",
]


@pytest.mark.parametrize("source", UNRENDERABLE, ids=lambda source: source[:40])
def test_hostile_template_is_refused(source: str) -> None:
    template = Template.parse(source)
    with pytest.raises(EvaluationError):
        template.render(SCOPE)


def test_costly_template_ends_in_time() -> None:
    source = "{{ list | uniq | size }} {{ xs | strip_html | size }} {{ '<script' | append: xs | strip_html | size }}"
    assert Template.parse(source).render(SCOPE).startswith("90000 900000 ")


UNPARSABLE = [
    "{{ " * 30_000,
    "{% raw %}" * 10_000,
    "{% if a %}" * 9_000,
    "{{" + " " * 90_000 + "}}",
    "{{ " + "a[" * 900 + " }}",
    "{{ a" + " | upcase" * 10_000 + " }}",
    "{% comment %}" * 7_000,
    "{{ 'a" * 20_000,
]


@pytest.mark.parametrize("source", UNPARSABLE, ids=lambda source: source[:12])
def test_hostile_template_source_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        Template.parse(source)


def test_hostile_structure_is_refused() -> None:
    with pytest.raises(ExpressionError):
        Structure.parse(DEEP)
