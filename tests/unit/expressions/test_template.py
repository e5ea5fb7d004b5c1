"""Liquid templates: what they print, what they read, and what they refuse."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.expressions import EvaluationError, ExpressionError, Template

SCOPE: dict[str, Any] = {
    "name": "Ada",
    "nothing": None,
    "yes": True,
    "price": Decimal("1.50"),
    "large": Decimal("1E+3"),
    "ratio": 0.1,
    "now": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    "naive": datetime(2026, 3, 1, 12, 30),
    "today": date(2026, 3, 1),
    "wait": timedelta(minutes=2),
    "row": {"name": None, "price": Decimal("1.10"), "tags": ["a", "b"]},
    "rows": [{"n": 2}, {"n": 1}, {"n": None}],
    "html": "<b>&</b>",
    "partial": "mine",
    "thing": object(),
}

TEXTS = [
    ("no tags", "no tags"),
    ("Welcome, {{ name }}", "Welcome, Ada"),
    ("{{ missing }}|{{ missing.part[0].x }}|{{ nothing }}|{{ nothing.part }}", "|||"),
    ("{{ yes }} {{ price }} {{ large }} {{ ratio }}", "true 1.50 1000 0.1"),
    ("{{ now }} {{ naive }}", "2026-03-01T12:30:00+00:00 2026-03-01T12:30:00+00:00"),
    ("{{ today }} {{ wait }}", "2026-03-01 120"),
    ("{{ row | json }}", '{"name":null,"price":1.10,"tags":["a","b"]}'),
    ("{{ row }}", '{"name":null,"price":1.10,"tags":["a","b"]}'),
    ("{{ row.tags }} {{ row.tags | json }} {{ missing | json }}", 'ab ["a","b"] null'),
    ("{{ thing }}{{ thing.x }}", ""),
    ("{{ price | times: 1.21 }} {{ price | plus: 0.2 }} {{ ratio | plus: 0.2 }}", "1.8150 1.70 0.3"),
    ("{{ 7 | divided_by: 2 }} {{ 7.0 | divided_by: 2 }} {{ '7' | modulo: 4 }}", "3 3.5 3"),
    ("{{ 2.5 | round }} {{ -2.5 | round }} {{ 1.005 | round: 2 }}", "3 -3 1.01"),
    ("{{ -1.5 | abs }} {{ 1.2 | ceil }} {{ 1.8 | floor }}", "1.5 2 1"),
    ("{{ 1 | at_least: 2.5 }} {{ 3 | at_most: 2.5 }} {{ nothing | minus: 1 }}", "2.5 2.5 -1"),
    ("{{ rows | map: 'n' | join: ',' }}", "2,1,"),
    ("{{ rows | sort: 'n' | map: 'n' | join: ',' }}", "1,2,"),
    ("{{ rows | sum: 'n' }} {{ row.tags | uniq | size }}", "3 2"),
    ("{% if price > 1.4 %}a{% endif %}{% if ratio == 0.1 %}b{% endif %}", "ab"),
    ("{% for r in rows %}{{ forloop.index }}:{{ r.n }} {% endfor %}", "1:2 2:1 3: "),
    ("{% for i in (1..3) reversed %}{{ i }}{% endfor %}", "321"),
    ("{% for i in (1..3) %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endfor %}", "1"),
    (
        "{% tablerow i in (1..2) cols: 1 %}{{ i }}{% endtablerow %}",
        '<tr class="row1">\n<td class="col1">1</td></tr>\n<tr class="row2"><td class="col1">2</td></tr>\n',
    ),
    ("{% assign x = price | times: 2 %}{{ x }}{% capture y %}[{{ x }}]{% endcapture %}{{ y }}", "3.00[3.00]"),
    ("{% echo price %}{% liquid\n echo name\n%}", "1.50Ada"),
    (
        "{{ today | date: '%-d %B' }} {{ 'now' | date: '%H:%M' }} {{ '2026-01-02' | date: '%d' }}",
        "1 March 12:30 02",
    ),
    ("{{ nothing | date: '%d' }}", ""),
    ("{{ name | append: price | prepend: today }}", "2026-03-01Ada1.50"),
    ("{{ name | replace: 'd', 'dd' | upcase | slice: 0, 3 }}", "ADD"),
    ("{{ '<p>a</p><script>x</script>b' | strip_html }} {{ html | escape }}", "ab &lt;b&gt;&amp;&lt;/b&gt;"),
    ("{{ row.tags.size }} {{ row.tags.first }} {{ row.tags[-1] }} {{ name.size }}", "2 a b 3"),
    ("{{ name.__class__ }}{{ rows.append }}{{ name[0] }}{{ row.keys }}", ""),
    ("{{ partial }} {{ template }}", "mine "),
    ("{% raw %}{{ name }}{% endraw %}{% comment %}x{% endcomment %}", "{{ name }}"),
    ("{{ html }}", "<b>&</b>"),
    ("{{ nothing | default: 'none' }}", "none"),
]


@pytest.mark.parametrize(("source", "expected"), TEXTS)
def test_template_prints(source: str, expected: str) -> None:
    assert Template.parse(source).render(SCOPE) == expected


def test_template_escapes_for_html_when_asked() -> None:
    source = "{{ html }} {{ html | safe }} {% capture x %}{{ html }}{% endcapture %}{{ x }} {{ row.tags }}"
    assert Template.parse(source, escape="html").render(SCOPE) == (
        "&lt;b&gt;&amp;&lt;/b&gt; <b>&</b> &lt;b&gt;&amp;&lt;/b&gt; ab"
    )


def test_template_has_no_clock_of_its_own() -> None:
    assert Template.parse("{{ now }}{{ today }}{{ 'now' | date: '%Y' }}").render({}) == ""


def test_template_without_tags_is_static() -> None:
    assert Template.parse("a % b } c").is_static
    assert not Template.parse("{{ name }}").is_static


def test_template_names_are_those_of_the_scope() -> None:
    source = (
        "{% assign local = a.b %}{{ local }}{% for r in rows limit: c %}{{ r.x | append: d[e] }}{% endfor %}"
        "{% if f and g contains h %}{% endif %}{% case i %}{% when j %}{% endcase %}"
    )
    assert Template.parse(source).names == {"a", "rows", "c", "d", "e", "f", "g", "h", "i", "j"}


def test_template_equals_one_with_the_same_source_and_escaping() -> None:
    assert Template.parse("{{ a }}") == Template.parse("{{ a }}")
    assert len({Template.parse("{{ a }}"), Template.parse("{{ a }}", escape="html")}) == 2


MISTAKES = [
    ("{{ name", 1, "'{{' is not closed at line 1. Write '}}' after it"),
    ("a\n\n{% if x", 3, "'{%' is not closed at line 3"),
    ("a\n{{ x | upcas }}", 2, "unknown filter 'upcas' at line 2. Did you mean 'upcase'?"),
    ("a\n{% foo %}", 2, "'foo'"),
    ("{% include 'x' %}", 1, "'include'"),
    ("{% render 'x' %}", 1, "'render'"),
    ("a\n{% for i in x %}\nb", 3, "endfor"),
    ("{{ x | }}", 1, "line 1"),
    ("\n{{ (1..3) | join }}", 2, "a range stands only in a loop at line 2"),
    ("{{ [x] }}", 1, "without brackets"),
    ("{% raw %}", 1, "'raw' has no end"),
    ("{{ " + "a" * 2_000 + " }}", 1, "more than 2,000 characters"),
    ("{% if a %}" * 31 + "{% endif %}" * 31, 1, "too deep"),
    ("a" * 100_001, 1, "more than 100,000 characters"),
]


@pytest.mark.parametrize(("source", "line", "reason"), MISTAKES)
def test_template_mistake_is_reported_with_its_line(source: str, line: int, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Template.parse(source)
    assert reason in str(caught.value)
    assert caught.value.position == line


FAULTS = [
    ("a\n\n{{ name | plus: 1 }}", 3, "the text is not a number"),
    ("{{ price | divided_by: 0 }}", 1, "division by zero"),
    ("{{ row | times: 2 }}", 1, "no number"),
    ("a\n{{ thing | json }}", 2, "cannot be written as JSON"),
    ("{{ name | date: '%d' }}", 1, "not a date"),
    ("{{ today | date: '%Q' }}", 1, "unknown directive"),
    ("{% if name < 1 %}{% endif %}", 1, "cannot take its value"),
    ("{{ name | base64_decode }}", 1, "cannot take its value"),
    ("{{ name | upcase: 1 }}", 1, "cannot take its value"),
    ("{{ lone }}", 0, "cannot be used so"),
    ("{{ infinite }}", 1, "not finite"),
]


@pytest.mark.parametrize(("source", "line", "reason"), FAULTS)
def test_template_fault_is_reported_with_its_line(source: str, line: int, reason: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        Template.parse(source).render({**SCOPE, "lone": "\ud800", "infinite": float("inf")})
    assert reason in caught.value.message
    assert caught.value.source == source
    assert caught.value.position in (line, 0)
    assert not caught.value.position or f"at line {line} in" in str(caught.value)


def test_template_fault_does_not_show_values() -> None:
    with pytest.raises(EvaluationError) as caught:
        Template.parse("{{ secret | divided_by: 1 }}").render({"secret": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/a/{{ text }}?q={{ text }}", "/a/x%2F%3F%26%23+y?q=x%2F%3F%26%23+y".replace("+", "%20")),
        ("{{ text | url_encode }}", "x%2F%3F%26%23+y"),
        ("{{ text | upcase }}", "X%2F%3F%26%23%20Y"),
        ("{{ config.base }}/{{ day }}", "/v2/b/2026-11-22"),
        ("{{ config.base | upcase }}", "%2FV2%2FB"),
    ],
)
def test_value_in_a_url_ends_no_part_of_it(source: str, expected: str) -> None:
    scope = {"text": "x/?&# y", "config": {"base": "/v2/b"}, "day": date(2026, 11, 22)}
    assert Template.parse(source, escape="url").render(scope) == expected
