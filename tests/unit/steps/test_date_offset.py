from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform


@pytest.mark.parametrize(
    ("options", "value", "moved"),
    [
        ("months: 1", "2026-01-31", date(2026, 2, 28)),
        ("years: -1, days: 1", "2024-02-29", date(2023, 3, 1)),
        ("hours: =1 + 1, minutes: 30", "2026-03-01T10:00:00Z", datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
        ("weeks: 2, seconds: 5", "2026-03-01T10:00:00+02:00", datetime(2026, 3, 15, 8, 0, 5, tzinfo=UTC)),
        ("days: 1", None, None),
    ],
)
async def test_date_is_moved(perform: Perform, options: str, value: Any, moved: Any) -> None:
    steps = f"- date_offset: {{from: =value, {options}}}\n  as: moved"
    assert await perform(steps, "=moved", value=value) == moved


async def test_date_is_reckoned_from_now(perform: Perform) -> None:
    assert await perform("- date_offset: {days: 1}\n  as: moved", "=moved == now + days(1)") is True


@pytest.mark.parametrize("value", ["tomorrow", 5, [1]])
async def test_what_is_no_date_is_not_moved(perform: Perform, value: Any) -> None:
    with pytest.raises(StepFailed):
        await perform("- date_offset: {from: =value, days: 1}", value=value)
