"""The expression language: literals, names, operators, their order, and what they do with null."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from app.expressions import EvaluationError, Expression, ExpressionError
from app.expressions.dates import CalendarDuration


class Row(Mapping[str, Any]):
    """A record as storage may give it; its attributes are none of an expression's business."""

    secret = "hidden"

    def __getitem__(self, key: str) -> Any:
        return {"name": "Ada"}[key]

    def __iter__(self) -> Iterator[str]:
        return iter(["name"])

    def __len__(self) -> int:
        return 1


SCOPE: Mapping[str, Any] = {
    "a": 1,
    "b": 2,
    "name": "Ada",
    "nothing": None,
    "yes": True,
    "row": {"name": None, "in": 5, "two words": 6, "deep": {"er": [10, 20]}, 0: "zero"},
    "record": Row(),
    "list": [1, 2.5, None],
    "pair": (1, 2),
    "price": Decimal("12.50"),
    "ratio": 0.1,
    "now": datetime(2026, 3, 31, 12, tzinfo=UTC),
    "naive": datetime(2026, 3, 31, 12),
    "today": date(2026, 3, 31),
    "noon": time(12),
    "jwt_token": None,
    "bytes": b"x",
    "thing": object(),
}


def value_of(source: str, scope: Mapping[str, Any] = SCOPE) -> Any:
    return Expression.parse(source).evaluate(scope)


VALUES = [
    ("null", None),
    ("true", True),
    ("12", 12),
    ("12.50", Decimal("12.50")),
    ("-3", -3),
    ("- 3.5", Decimal("-3.5")),
    ('"a\\"b\\n\\u00e9"', 'a"b\né'),
    ("'it'", "it"),
    (r'"\d\\"', r"\d" + "\\"),
    ("[]", []),
    ('[1, "a", [null]]', [1, "a", [None]]),
    ("name", "Ada"),
    ("var:name", "Ada"),
    ("unknown", None),
    ("unknown.part.of[1].it", None),
    ("row.name", None),
    ("row.in", 5),
    ('row["two words"]', 6),
    ("row.deep.er[1]", 20),
    ("row.deep.er[2]", None),
    ("row.deep.er[-1]", None),
    ("row.deep.er[a]", 20),
    ("row.deep.er[1.0]", 20),
    ('row["de" + "ep"].er[0]', 10),
    ("row.missing", None),
    ("row[nothing]", None),
    ("row[0]", "zero"),
    ("record.name", "Ada"),
    ("record.secret", None),
    ("record.__class__", None),
    ("pair[1]", 2),
    ("list[1]", Decimal("2.5")),
    ("ratio", Decimal("0.1")),
    ("ratio + 0.2", Decimal("0.3")),
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("-2 * -3", 6),
    ("-a", -1),
    ("--a", 1),
    ("6 / 3", 2),
    ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
    ("7 / 2", Decimal("3.5")),
    ("-7 % 3", 2),
    ("-7.5 % 3", Decimal("1.5")),
    ("7 % -3", -2),
    ("price * 0.9", Decimal("11.250")),
    ("price * 2", Decimal("25.00")),
    ('"Bearer " + var:name', "Bearer Ada"),
    ('"n=" + 12.50', "n=12.50"),
    ('1 + "a"', "1a"),
    ('"" + yes', "true"),
    ('"on " + today', "on 2026-03-31"),
    ("[1] + [2]", [1, 2]),
    ("a == 1.0", True),
    ('a == "1"', False),
    ("yes == 1", False),
    ("[1, [2]] == [1.0, [2.0]]", True),
    ("row.deep == row.deep", True),
    ("nothing == null", True),
    ("null == nothing", True),
    ("nothing != null", False),
    ("name != null", True),
    ("name == null", False),
    ("today == date_time(today)", True),
    ("naive == now", True),
    ("today < now", True),
    ("now > today", True),
    ("thing == thing", True),
    ("thing == 1", False),
    ("a < 2 and b >= 2", True),
    ("nothing < 1", False),
    ("nothing >= nothing", False),
    ("1 > null", False),
    ('"a" < "b"', True),
    ("noon <= noon", True),
    ("days(1) > hours(23)", True),
    ("months(12) == years(1)", True),
    ("jwt_token == null or jwt_token.expires_at < now", True),
    ("1 in [1.0]", True),
    ("3 in list", False),
    ("null in list", True),
    ('"d" in name', True),
    ('"name" in row', True),
    ("a in nothing", False),
    ("a not in [2]", True),
    ("nothing in name", False),
    ("a and b", True),
    ("nothing or ''", False),
    ("not a", False),
    ("not nothing and yes", True),
    ("not (a and nothing)", True),
    ("not a == 2", True),
    ("yes & nothing | a", True),
    ("false and 1 / 0 == 1", False),
    ("true or 1 / 0 == 1", True),
    ("a ? b : 1 / 0", 2),
    ("nothing ? 1 : a == 1 ? 2 : 3", 2),
    ("a == 1 ? var:name : var:b", "Ada"),
    ("now - days(90)", datetime(2025, 12, 31, 12, tzinfo=UTC)),
    ("now + seconds(3600)", datetime(2026, 3, 31, 13, tzinfo=UTC)),
    ("today + days(1)", date(2026, 4, 1)),
    ("today + hours(1)", datetime(2026, 3, 31, 1, tzinfo=UTC)),
    ("today - months(1)", date(2026, 2, 28)),
    ("now + months(1)", datetime(2026, 4, 30, 12, tzinfo=UTC)),
    ("years(1) + today", date(2027, 3, 31)),
    ("months(1) + months(2)", CalendarDuration(3)),
    ("-months(1) * 2", CalendarDuration(-2)),
    ("now - today", timedelta(hours=12)),
    ("2 * days(1)", timedelta(days=2)),
    ("days(1) / 2", timedelta(hours=12)),
    ("days(1) / hours(6)", 4),
    ("days(1) - hours(1)", timedelta(hours=23)),
]


@pytest.mark.parametrize(("source", "expected"), VALUES)
def test_expression_gives(source: str, expected: Any) -> None:
    result = value_of(source)
    assert result == expected
    assert type(result) is type(expected)


FAULTS = [
    ("1 / 0", 3, "division by zero"),
    ("1 % 0.0", 3, "division by zero"),
    ("a + row.name", 3, "'row.name' is null; write coalesce(row.name, ..)"),
    ('row.name + "x"', 10, "'row.name' is null"),
    ("name - 1", 6, "'-' does not work on a text and a number"),
    ("a - nothing", 3, "'nothing' is null"),
    ("-name", 1, "'-' does not work on a text"),
    ("a < name", 3, "a number and a text cannot be put in order"),
    ("yes < true", 5, "cannot be put in order"),
    ("name.size", 6, "a text has no parts"),
    ("a[0]", 3, "a number has no parts"),
    ("thing.__class__", 7, "no parts"),
    ("list.name", 6, "pluck"),
    ("list[0.5]", 6, "not a whole number"),
    ("row[list]", 5, "a list is no key"),
    ("1 in 2", 3, "'in' needs a list"),
    ("bytes + bytes", 7, "'+' does not work on bytes and bytes"),
    ('row + "x"', 5, "no text form"),
    ("noon + days(1)", 6, "'+' does not work on a time and a duration"),
    ("today + today", 7, "'+' does not work on a date and a date"),
    ("days(1) + months(1)", 9, "does not work"),
    ("months(1) * 0.5", 11, "not a whole number"),
    ("date(9999, 12, 31) + days(1)", 20, "outside the years 1 to 9999"),
    ("days(999999998) + days(2)", 17, "too long"),
]


@pytest.mark.parametrize(("source", "position", "reason"), FAULTS)
def test_expression_refuses_with_its_place(source: str, position: int, reason: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value_of(source)
    assert reason in caught.value.message
    assert (caught.value.source, caught.value.position) == (source, position)
    assert f"at {position} in {source!r}" in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN")])
def test_number_that_is_not_finite_is_an_error(value: Any) -> None:
    with pytest.raises(EvaluationError, match="not finite at 1 in 'x'"):
        value_of("x", {"x": value})


@pytest.mark.parametrize("scope", [{"x": 1}, MappingProxyType({"x": 1}), ChainMap({}, {"x": 1})])
def test_scope_may_be_any_mapping(scope: Mapping[str, Any]) -> None:
    assert value_of("x + 1", scope) == 2


def test_time_zone_is_kept() -> None:
    zone = timezone(timedelta(hours=2))
    assert value_of("x + days(1)", {"x": datetime(2026, 1, 1, tzinfo=zone)}).utcoffset() == timedelta(hours=2)


def test_names_and_paths_are_those_it_reads() -> None:
    expression = Expression.parse('var:x.y == fetch(h, "Key") and rows[0].z != x["y"].w[k.l] or now() > 1')
    assert expression.names == {"x", "h", "rows", "k", "now"}
    assert expression.paths == {("x", "y"), ("h",), ("rows",), ("x", "y", "w"), ("k", "l"), ("now",)}


def test_names_of_a_constant_are_none() -> None:
    assert Expression.parse('size("a") + 1').names == frozenset()


def test_expression_equals_one_with_the_same_source() -> None:
    assert Expression.parse("a + 1") == Expression.parse("a + 1")
    assert len({Expression.parse("a"), Expression.parse("a"), Expression.parse("b")}) == 2


def test_result_is_the_value_of_the_scope_itself() -> None:
    rows = [{"a": 1}]
    assert value_of("rows", {"rows": rows}) is rows


MISTAKES = [
    ("", 1, "ends too early at 1"),
    ("a b", 3, "unexpected 'b' at 3"),
    ("a +", 4, "ends too early at 4"),
    ("sise(x)", 1, "unknown function 'sise' at 1. Did you mean 'size'?"),
    ("zzzzz(x)", 1, "The functions are: "),
    ("a = 1", 3, "unexpected '=' at 3. Write == to compare"),
    ("a && b", 3, "Write and"),
    ("a || b", 3, "Write or"),
    ("!a", 1, "Write not"),
    ("2 ** 3", 3, "There is no power"),
    ("{}", 1, "Write map_of"),
    ("a < b < c", 7, "Compare two by two"),
    ("'abc", 1, "has no end. Close it with '"),
    ("1e5", 2, "a number runs into a name"),
    ("2days", 2, "days(2)"),
    ("x.", 3, "Write a name after the dot"),
    ("x.1", 3, "Write a name after the dot"),
    ("(a", 3, "Close the parenthesis of 1"),
    ("a)", 2, "unexpected ')'"),
    ("[1, 2", 6, "Write ',' or ']'"),
    ("[1,]", 4, "Write a value here"),
    ("x[1", 4, "Close the bracket"),
    ("a ? b", 6, "Write ':'"),
    ("x.y()", 4, "Only functions are called"),
    ("(size)(x)", 7, "Only functions are called"),
    ("a not b", 7, "Write 'not in'"),
    ("a @ b", 3, "unexpected '@'"),
    ("var: x", 4, "unexpected ':'"),
]


@pytest.mark.parametrize(("source", "position", "reason"), MISTAKES)
def test_mistake_is_reported_with_place_and_remedy(source: str, position: int, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(source)
    assert reason in str(caught.value)
    assert caught.value.position == position
    assert isinstance(caught.value, ValueError)


APPLICATIONS = [
    "onboarded_after",
    "parse_json(body)",
    "row.name == null",
    "size(rows)",
    "employee_email != null",
    "round(shoe.price * 0.9, 2)",
    "config.data_api_username",
    'fetch(login_response, "data")',
    'now + seconds(fetch(login_hash, "accessExpiresIn"))',
    '"Bearer " + var:jwt_token.token',
    "answer.data.action.results",
    "media.id",
]


@pytest.mark.parametrize("source", APPLICATIONS)
def test_expression_of_the_example_applications_is_read(source: str) -> None:
    assert Expression.parse(source).names


def test_expression_of_the_example_applications_computes() -> None:
    scope = {
        "now": SCOPE["now"],
        "login_hash": {"ACCESSEXPIRESIN": 7200},
        "shoe": {"price": Decimal("99.99")},
    }
    assert value_of('now + seconds(fetch(login_hash, "accessExpiresIn"))', scope) == datetime(
        2026, 3, 31, 14, tzinfo=UTC
    )
    assert value_of("round(shoe.price * 0.9, 2)", scope) == Decimal("89.99")
