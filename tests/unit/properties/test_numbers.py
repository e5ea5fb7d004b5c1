from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.properties.kinds import parsed, problems, refused

NUMBERS = ["number", "minutes", "auto_increment", "decimal", "price"]


@pytest.mark.parametrize(
    "value", [12, "12", "+12", " 12 ", 12.0, "12.0", "1.2e1", Decimal("12"), Decimal("12.00")]
)
@pytest.mark.parametrize("kind", NUMBERS)
def test_number_in_each_form(kind: str, value: Any) -> None:
    assert parsed(kind, value) == 12


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        "",
        " ",
        "abc",
        "1,5",
        "0x10",
        "1_000",
        "١٢",
        "NaN",
        "Infinity",
        "1e",
        "e1",
        ".",
        "--1",
        None,
        [],
        {},
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("-Infinity"),
        "1" * 65,
        "1e1000",
        b"12",
    ],
)
def test_number_that_is_none(kind: str, value: Any) -> None:
    assert refused(kind, value) == "is_invalid"


@pytest.mark.parametrize("value", [1.5, "1.5", Decimal("0.1"), "1e-1"])
@pytest.mark.parametrize("kind", ["number", "minutes"])
def test_number_that_is_not_whole(kind: str, value: Any) -> None:
    assert refused(kind, value) == "is_invalid"


@pytest.mark.parametrize("value", [2**31 - 1, -(2**31)])
def test_number_at_the_ends_of_32_bits(value: int) -> None:
    assert parsed("number", value) == value


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("number", 2**31, "is_too_large"),
        ("number", -(2**31) - 1, "is_too_small"),
        ("number", 10**400, "is_too_large"),
        ("number", Decimal("-1e400000"), "is_too_small"),
        ("minutes", -1, "is_too_small"),
        ("price", "92233720368547758.08", "is_too_large"),
        ("decimal", "-92233720368.54775808", "is_too_small"),
        ("decimal", "1e999", "is_too_large"),
        ("decimal", 1e308, "is_too_large"),
    ],
)
def test_number_beyond_its_kind(kind: str, value: Any, code: str) -> None:
    assert refused(kind, value) == code


@pytest.mark.parametrize(("value", "code"), [(0, "is_too_small"), (6, "is_too_large")])
@pytest.mark.parametrize("kind", ["number", "decimal", "price", "minutes"])
def test_number_outside_of_minimum_and_maximum(kind: str, value: int, code: str) -> None:
    assert parsed(kind, 1, minimum=1, maximum=5) == parsed(kind, 1)
    assert parsed(kind, 5, minimum=1, maximum=5) == parsed(kind, 5)
    assert refused(kind, value, minimum=1, maximum=5) == code


@pytest.mark.parametrize(
    ("kind", "options", "value", "text"),
    [
        ("price", {}, 12.5, "12.50"),
        ("price", {}, "12", "12.00"),
        ("price", {}, Decimal("12.500"), "12.50"),
        ("price", {}, "-0.00", "0.00"),
        ("price", {}, "92233720368547758.07", "92233720368547758.07"),
        ("decimal", {}, 0.1, "0.10000000"),
        ("decimal", {"scale": 0}, "7.0", "7"),
        ("decimal", {"scale": 3}, "1e-3", "0.001"),
    ],
)
def test_decimal_has_the_scale_of_its_property(
    kind: str, options: dict[str, Any], value: Any, text: str
) -> None:
    assert str(parsed(kind, value, **options)) == text


@pytest.mark.parametrize(
    ("kind", "options", "value"),
    [
        ("price", {}, "12.345"),
        ("price", {}, 0.1 + 0.2),
        ("decimal", {"scale": 0}, 0.5),
        ("decimal", {}, "1e-9"),
    ],
)
def test_decimal_with_more_digits_than_its_scale_is_invalid(
    kind: str, options: dict[str, Any], value: Any
) -> None:
    assert refused(kind, value, **options) == "is_invalid"


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=8))
def test_decimal_of_eight_places_is_kept_exactly(value: Decimal) -> None:
    assert parsed("decimal", str(value)) == value


@pytest.mark.parametrize(
    ("value", "known"),
    [(True, True), (False, False), ("true", True), ("FALSE", False), ("1", True), ("0", False), ("on", True)],
)
def test_boolean(value: Any, known: bool) -> None:
    assert parsed("boolean", value) is known


@pytest.mark.parametrize("value", [1, 0, 1.0, "", "yes", "2", [], {}])
def test_boolean_that_is_none(value: Any) -> None:
    assert refused("boolean", value) == "is_invalid"


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("number", {"minimum": 5, "maximum": 1}, "minimum 5 is above maximum 1"),
        ("number", {"length": 5}, "length is no option of the kind number"),
        ("price", {"scale": 3}, "scale is no option of the kind price"),
        ("price", {"maximum": Decimal("1e30")}, "beyond what the kind price holds"),
        ("number", {"default": "many"}, "does not fit"),
        ("auto_increment", {"default": 1}, "takes no default"),
        ("password", {"minimum": Decimal("8.5")}, "minimum is a number of characters"),
        ("password", {"default": "password"}, "takes no default"),
        ("boolean", {"pattern": "a"}, "pattern is no option"),
        ("list", {}, "needs options"),
        ("multi_list", {"options": ("a", "a")}, "stands twice"),
        ("list", {"options": ("a", "")}, "is empty"),
        ("list", {"options": ("a", "b"), "default": "c"}, "does not fit"),
        ("text", {"options": ("a",)}, "options is no option of the kind text"),
        ("count", {"default": 1}, "takes no default"),
    ],
)
def test_options_that_are_wrong_are_a_problem(kind: str, options: dict[str, Any], words: str) -> None:
    assert [problem for problem in problems(kind, **options) if words in problem]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("number", {"minimum": 1, "maximum": 1, "default": 1}),
        ("decimal", {"scale": 12, "default": "0.5"}),
        ("text", {"length": 10, "pattern": "[a-z]*", "default": "abc"}),
        ("list", {"options": ("a", "b"), "default": "a"}),
        ("date", {"default": "=today()"}),
        ("password", {"minimum": 12}),
    ],
)
def test_options_that_fit_are_no_problem(kind: str, options: dict[str, Any]) -> None:
    assert problems(kind, **options) == []
