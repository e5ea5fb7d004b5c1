from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.definition.types import parse_duration


@pytest.mark.parametrize(
    ("value", "duration"),
    [
        ("250ms", timedelta(milliseconds=250)),
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("14d", timedelta(days=14)),
        (5000, timedelta(seconds=5)),
    ],
)
def test_duration_is_read(value: Any, duration: timedelta) -> None:
    assert parse_duration(value) == duration


@pytest.mark.parametrize(
    "value", ["", "5", "-1s", "1.5h", "2 h", "1w", True, -1, None, [], "9" * 40 + "s", 10**13]
)
def test_value_that_is_no_duration(value: Any) -> None:
    with pytest.raises(ValueError, match="write a duration"):
        parse_duration(value)


@pytest.mark.parametrize("value", ["99999999999999d", "36501d", "876001h"])
def test_duration_that_is_too_long_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="at most 36500d"):
        parse_duration(value)
