"""JSON text: every value comes back as it was, and what others wrote is bounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.json_text import (
    JsonError,
    Limits,
    read_foreign_json,
    read_json,
    read_quick_json,
    write_json,
    write_json_bytes,
    write_plain_json,
)

LIMITS = Limits(characters=60, depth=3, digits=20)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63) + 1, 2**63 - 1)
        | st.decimals(allow_nan=False, allow_infinity=False, places=6)
        | st.text(st.characters(codec="utf-8")),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
        max_leaves=20,
    )
)
def test_json_text_keeps_every_value_exactly(value: Any) -> None:
    assert read_json(write_json(value)) == value


def test_json_text_keeps_the_digits_of_a_decimal() -> None:
    assert write_json({"price": Decimal("12.50")}) == '{"price":12.50}'


@pytest.mark.parametrize("value", [object(), 2**64, "\ud800", Decimal("NaN"), {1, 2}])
def test_json_of_what_json_has_no_form_for_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        write_json([value])


def test_json_of_another_value_is_what_was_asked_for() -> None:
    assert write_json_bytes([Decimal("1.0"), Decimal("NaN"), {1}], lambda value: "?") == b'[1.0,"?","?"]'


def test_plain_json_writes_every_number_by_its_digits() -> None:
    value = {"a": [2**70, Decimal("1E+3"), 1, True, None]}
    assert (
        write_plain_json(value, lambda number: format(Decimal(number), "f"))
        == '{"a":[1180591620717411303424,1000,1,true,null]}'
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[[[1.50]]]", [[[Decimal("1.50")]]]),
        (b'{"a": "\xc3\xa9"}', {"a": "é"}),
        ('"[[[[[[["', "[[[[[[["),
        ("12345678901234567890", 12345678901234567890),
        ("1e20", Decimal("1E+20")),
    ],
)
def test_foreign_json_within_the_limits_is_read_exactly(text: str | bytes, value: Any) -> None:
    assert repr(read_foreign_json(text, LIMITS)) == repr(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"' + "a" * 60 + '"', "more than 60 characters"),
        ("[[[[1]]]]", "more than 3 deep"),
        ("1" * 21, "more than 20 digits"),
        ("1e21", "more than 20 digits"),
        ("1e-21", "more than 20 digits"),
        ("1e9999999999999999", "more than 20 digits"),
        ("1e9999999999999999999", "more than 20 digits"),
        ("[1,\n2,]", "line 2 column"),
        ("NaN", "NaN is no number"),
        (b"\xff", "not UTF-8"),
        ("", "not JSON"),
    ],
)
def test_foreign_json_beyond_the_limits_is_refused_with_the_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises(JsonError, match=reason):
        read_foreign_json(text, LIMITS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2.5, null]", [1, 2.5, None]),
        ("12345678901234567.89", Decimal("12345678901234567.89")),
        ('{"a": [0.12345678901234567890]}', {"a": [Decimal("0.12345678901234567890")]}),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-1.2345678901234567e5", Decimal("-1.2345678901234567e5")),
        ('"1234567890123456789"', "1234567890123456789"),
    ],
)
def test_quick_json_keeps_the_digits_of_long_numbers(text: str, value: Any) -> None:
    found = read_quick_json(text.encode())
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "text", [b"{", b"NaN 1234567890123456", b'"\\ud800 1234567890123456"', b"\xff", b"1" * 5000, b"[" * 2000]
)
def test_quick_json_refuses_what_is_none(text: bytes) -> None:
    with pytest.raises(JsonError):
        read_quick_json(text)


def test_quick_json_of_a_long_number_in_many_lists_is_refused_or_read() -> None:
    for depth in (100, 990):
        try:
            read_quick_json(b"[" * depth + b"1234567890123456.5" + b"]" * depth)
        except JsonError:
            assert depth == 990
