"""Values in the plain form that JSON knows."""

from __future__ import annotations

from collections import UserDict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.expressions import EvaluationError, is_true, to_plain
from app.expressions.dates import CalendarDuration

PLAIN = [
    (None, None),
    (True, True),
    (5, 5),
    ("text", "text"),
    (Decimal("1.50"), Decimal("1.50")),
    (0.1, Decimal("0.1")),
    (date(2026, 1, 2), "2026-01-02"),
    (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
    (datetime(2026, 1, 2, 3), "2026-01-02T03:00:00+00:00"),
    (time(3, 4), "03:04:00"),
    (timedelta(minutes=1), 60),
    (timedelta(milliseconds=-1500), Decimal("-1.5")),
    (CalendarDuration(-3), "-P3M"),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (UserDict({"a": (1, 0.5), 2: date(2026, 1, 1)}), {"a": [1, Decimal("0.5")], "2": "2026-01-01"}),
]


@pytest.mark.parametrize(("value", "expected"), PLAIN)
def test_plain_form(value: Any, expected: Any) -> None:
    plain = to_plain(value)
    assert plain == expected
    assert type(plain) is type(expected)


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}, float("inf"), [[b""]], {(1,): 1}])
def test_plain_form_of_what_json_does_not_know_is_refused(value: Any) -> None:
    with pytest.raises(EvaluationError):
        to_plain(value)


def test_plain_form_is_bounded_in_depth() -> None:
    value: Any = 1
    for _ in range(33):
        value = [value]
    with pytest.raises(EvaluationError, match="more than 32 deep"):
        to_plain(value)


def test_plain_form_is_bounded_in_values() -> None:
    value: Any = [1] * 10
    for _ in range(20):
        value = [value] * 10
    with pytest.raises(EvaluationError, match="more than 1,000,000 values"):
        to_plain(value)


@pytest.mark.parametrize(
    "value", [None, False, 0, Decimal("0.00"), "", [], {}, timedelta(), CalendarDuration(0)]
)
def test_nothing_counts_as_false(value: Any) -> None:
    assert not is_true(value)


@pytest.mark.parametrize("value", [True, 1, "false", [None], {"a": None}, date(2026, 1, 1), Decimal("0.1")])
def test_something_counts_as_true(value: Any) -> None:
    assert is_true(value)
