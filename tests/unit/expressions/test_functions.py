"""The function table: it is complete, its documentation runs, and each function minds its edges."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.expressions import FUNCTIONS, EvaluationError, Expression, ExpressionError, Function
from app.expressions.dates import CalendarDuration

DEFINED = """
range now today seconds minutes hours days weeks months years date date_time format_date fetch size first last sum
min max avg round floor ceil abs text number upper lower capitalize trim replace split join contains starts_with
ends_with matches coalesce is_present keys values merge map_of pluck sort_by distinct parse_json to_json base64 sha256
hmac_sha256 uuid random_hex currency
"""

SCOPE: dict[str, Any] = {
    "now": datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    "today": date(2026, 3, 1),
    "headers": {"Content-Type": "text/csv", "content-type": "exact"},
    "rows": [{"name": "b", "n": 2}, {"name": "a", "n": None}, {"name": "a", "n": 1.5}],
    "dates": [date(2026, 1, 2), datetime(2026, 1, 1, 1, tzinfo=UTC)],
    "price": 12.5,
    "nothing": None,
    "bytes": b"abc",
    "lone": "\ud800",
}


def value_of(source: str) -> Any:
    return Expression.parse(source).evaluate(SCOPE)


def test_table_holds_every_function_of_the_definition_and_no_other() -> None:
    assert set(FUNCTIONS) == set(DEFINED.split())


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_function_documentation_is_true(function: Function) -> None:
    assert function.description.endswith(".")
    assert function.name + "(" in function.example
    assert value_of(f"({function.example}) == ({function.gives})") is True


def test_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FUNCTIONS["more"] = FUNCTIONS["size"]  # type: ignore[index]


def test_signature_says_what_is_optional_and_what_repeats() -> None:
    assert FUNCTIONS["round"].signature == "round(value: a number, digits: a number?)"
    assert FUNCTIONS["coalesce"].signature == "coalesce(value: anything..)"


CASES = [
    ("range(3)", [0, 1, 2]),
    ("range(3, 0, -1)", [3, 2, 1]),
    ("range(5, 1)", []),
    ("range(2.0)", [0, 1]),
    ("now()", SCOPE["now"]),
    ("today()", SCOPE["today"]),
    ("minutes(1.5)", timedelta(seconds=90)),
    ("years(1)", CalendarDuration(12)),
    ("date(now)", date(2026, 3, 1)),
    ('date("2026-03-01T23:00:00Z")', date(2026, 3, 1)),
    ("date_time(today)", datetime(2026, 3, 1, tzinfo=UTC)),
    ("date_time(0)", datetime(1970, 1, 1, tzinfo=UTC)),
    ('date_time("2026-03-01 10:00")', datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ('format_date(now, "%H:%M", "Europe/Amsterdam")', "13:30"),
    ('format_date(today, "%A %-d %b %y 100%%")', "Sunday 1 Mar 26 100%"),
    ('format_date(now, "%I:%M %p")', "12:30 PM"),
    ('fetch(headers, "content-type")', "exact"),
    ('fetch(headers, "CONTENT-TYPE")', "text/csv"),
    ('fetch(headers, "accept")', None),
    ('fetch(headers, "accept", "none")', "none"),
    ('fetch(nothing, "accept")', None),
    ("size(nothing)", 0),
    ('size("abc")', 3),
    ("size(headers)", 2),
    ("first([])", None),
    ("last(nothing)", None),
    ("sum([])", 0),
    ('sum(pluck(rows, "n"))', Decimal("3.5")),
    ("sum([days(1), hours(2)])", timedelta(hours=26)),
    ("sum(1, 2, 3)", 6),
    ("min([])", None),
    ("min(dates)", SCOPE["dates"][1]),
    ('max("a", "c", "b")', "c"),
    ("avg([])", None),
    ("avg(1, 2)", Decimal("1.5")),
    ("avg([days(1), days(3)])", timedelta(days=2)),
    ("round(2.5)", 3),
    ("round(-2.5)", -3),
    ("round(0.5)", 1),
    ("round(1.005, 2)", Decimal("1.01")),
    ("round(1250, -2)", 1300),
    ("round(nothing, 2)", None),
    ("floor(2.9)", 2),
    ("ceil(-2.9)", -2),
    ("abs(-2.50)", Decimal("2.50")),
    ("text(true)", "true"),
    ("text(now)", "2026-03-01T12:30:00+00:00"),
    ("text(price)", "12.5"),
    ("text(nothing)", None),
    ("text(minutes(2))", "120"),
    ('number("-12")', -12),
    ('number("1e2")', Decimal("1e2")),
    ("upper(nothing)", None),
    ('capitalize("")', ""),
    ('split("a--b", "-")', ["a", "", "b"]),
    ("join([1, true, 2.50])", "1true2.50"),
    ("contains([1, 2], 2.0)", True),
    ('contains(headers, "Content-Type")', True),
    ("contains(nothing, 1)", False),
    ('starts_with(nothing, "a")', False),
    ('ends_with(nothing, "a")', False),
    ('matches(nothing, "a*")', False),
    ('matches("abc", "b")', False),
    ("coalesce(nothing, false, 1)", False),
    ("is_present(0)", True),
    ("is_present([])", False),
    ("is_present(nothing)", False),
    ('keys(map_of("a", 1, "b", 2))', ["a", "b"]),
    ("merge(nothing)", {}),
    ("map_of()", {}),
    ('pluck(rows, "name")', ["b", "a", "a"]),
    ('pluck(sort_by(rows, "n"), "n")', [Decimal("1.5"), 2, None]),
    ('pluck(sort_by(rows, "n", "desc"), "n")', [2, Decimal("1.5"), None]),
    ("sort_by(dates)", [SCOPE["dates"][1], SCOPE["dates"][0]]),
    ('size(distinct(rows, "name"))', 2),
    ('distinct([1, true, 1.0, [1], [1.0], map_of("a", 1), map_of("a", 1.0)])', [1, True, [1], {"a": 1}]),
    ("distinct([today, date_time(today)])", [date(2026, 3, 1)]),
    ('parse_json("[1.10, 2]")', [Decimal("1.10"), 2]),
    ("parse_json(nothing)", None),
    ("to_json([now, days(1), months(2), price])", '["2026-03-01T12:30:00+00:00",86400,"P2M",12.5]'),
    ("to_json(90071992547409931234)", "90071992547409931234"),
    ("base64(bytes)", "YWJj"),
    ('currency(-1234.505, "EUR")', "EUR -1234.51"),
    ('currency(12.5, "JPY")', "JPY 13"),
    ('currency(1, "KWD")', "KWD 1.000"),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_function_gives(source: str, expected: Any) -> None:
    result = value_of(source)
    assert result == expected
    assert type(result) is type(expected)


FAULTS = [
    ("range(1, 2, nothing)", "step is null, not a number"),
    ("range(0, 1, 0)", "the step is 0"),
    ("range(10001)", "more than 10,000 elements"),
    ("range(1.5)", "not a whole number"),
    ("seconds(nothing)", "amount is null, not a number"),
    ("days(9999999999)", "too long"),
    ("months(1.5)", "not a whole number"),
    ("today + years(9999)", "outside the years"),
    ('date("01-03-2026")', "not a date"),
    ("date(2026, 2, 30)", "no such date"),
    ("date(2026)", "needs a year, a month and a day"),
    ("date_time(999999999999)", "outside the years"),
    ("size(price)", "value is a number, not null or a text or a list"),
    ('sum(["a"])', "a text is no amount"),
    ('min(1, "a")', "cannot be put in order"),
    ("min([true])", "cannot be put in order"),
    ("round(1, 101.5)", "not a whole number"),
    ("round(1.5, 101)", "between -100 and 100"),
    ('number("12,5")', "not a number"),
    ('number("1_000")', "not a number"),
    ('number("1e9999")', "1,000 digits"),
    ("text(rows)", "value is a list"),
    ('replace("a", "", "b")', "is empty"),
    ('split("a", "")', "is empty"),
    ("join(rows)", "to_json"),
    ('sort_by(rows, "name", "up")', "neither asc nor desc"),
    ('sort_by([1, "a"])', "cannot be put in order"),
    ("pluck([1], 'a')", "has no parts"),
    ("map_of(1, 2)", "not a text"),
    ('parse_json("{")', "not JSON at line 1"),
    ('parse_json("NaN")', "NaN is no number"),
    ("to_json(bytes)", "cannot be written as JSON"),
    ("sha256(nothing)", "value is null, not a text or bytes"),
    ("sha256(lone)", "none in Unicode"),
    ("to_json(lone)", "cannot be written as JSON"),
    ('hmac_sha256("a", nothing)', "key is null"),
    ("random_hex(0)", "between 1 and 1,000"),
    ('currency(1, "euro")', "three capitals"),
    ('format_date(now, text("%Q"))', "unknown directive"),
    ('format_date(now, "%d", text("../etc/passwd"))', "no such time zone"),
]


@pytest.mark.parametrize(("source", "reason"), FAULTS)
def test_function_refuses_with_its_place(source: str, reason: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value_of(source)
    assert reason in caught.value.message
    assert caught.value.source == source
    assert 1 <= caught.value.position <= len(source)


MISTAKES = [
    ("upper()", 1, "does not take 0 arguments"),
    ('upper("a", "b")', 1, "does not take 2 arguments"),
    ("now(1)", 1, "does not take 1 arguments"),
    ('map_of("a")', 1, "does not take 1 arguments"),
    ('round("a")', 7, "takes a number as value, not a text"),
    ("1 + upper(2)", 11, "takes a text as value, not a number"),
    ("upper(size(x))", 7, "not a number"),
    ("upper(a == b)", 7, "not true or false"),
    ("days(null)", 6, "not null"),
    ("size(-1)", 6, "not a number"),
    ("upper(c ? 1 : 2)", 7, "not a number"),
    ('matches(x, "(")', 1, "pattern is wrong"),
    ('format_date(x, "%Q")', 1, "unknown directive"),
    ('format_date(x, "%d", "Mars")', 1, "no such time zone"),
]


@pytest.mark.parametrize(("source", "position", "reason"), MISTAKES)
def test_function_mistake_is_found_when_it_is_read(source: str, position: int, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(source)
    assert reason in str(caught.value)
    assert f"at {position}" in str(caught.value)
    assert caught.value.position == position


@pytest.mark.parametrize("source", ["now()", "today()"])
def test_current_moment_absent_is_an_error(source: str) -> None:
    with pytest.raises(EvaluationError, match="there is no current"):
        Expression.parse(source).evaluate({})


def test_random_functions_differ_each_time() -> None:
    assert value_of("uuid() == uuid()") is False
    assert re.fullmatch("[0-9a-f]{7}", value_of("random_hex(7)"))


def test_messages_do_not_show_values() -> None:
    with pytest.raises(EvaluationError) as caught:
        Expression.parse("number(secret)").evaluate({"secret": "hunter2"})
    assert "hunter2" not in str(caught.value)
