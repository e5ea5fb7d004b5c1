from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.properties import KINDS
from tests.unit.properties.kinds import parsed, refused

MOMENT = datetime(2026, 11, 22, 3, 7, 1, tzinfo=UTC)
AMSTERDAM = timezone(timedelta(hours=1))


@pytest.mark.parametrize("value", ["2026-11-22", date(2026, 11, 22)])
def test_date(value: Any) -> None:
    assert parsed("date", value) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "20261122",
        "2026-W47-7",
        "2026-11-22T00:00:00Z",
        "22-11-2026",
        "2026-02-30",
        "0000-01-01",
        "2026-1-1",
        " 2026-11-22",
        "٢٠٢٦-١١-٢٢",
        20261122,
        MOMENT,
        datetime(2026, 11, 22),
        time(3),
        True,
        [],
    ],
)
def test_date_that_is_none(value: Any) -> None:
    assert refused("date", value) == "is_invalid"


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-22T03:07:01Z",
        "2026-11-22T03:07:01z",
        "2026-11-22t03:07:01+00:00",
        "2026-11-22T04:07:01+01:00",
        "2026-11-22T04:07:01+0100",
        "2026-11-22 03:07:01",
        "2026-11-22T03:07:01.000000",
        MOMENT,
        MOMENT.replace(tzinfo=None),
        MOMENT.astimezone(AMSTERDAM),
    ],
)
def test_date_time_is_in_utc(value: Any) -> None:
    found = parsed("date_time", value)
    assert found == MOMENT
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        (date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-22T03:07", datetime(2026, 11, 22, 3, 7, tzinfo=UTC)),
        ("2026-11-22T03:07:01.5Z", MOMENT.replace(microsecond=500_000)),
        ("2026-11-22T03:07:01.123456789Z", MOMENT.replace(microsecond=123_456)),
    ],
)
def test_date_time_that_is_not_written_in_full(value: Any, moment: datetime) -> None:
    assert parsed("date_time", value) == moment


@pytest.mark.parametrize(
    "value",
    [
        "",
        "now",
        "2026-11-22T",
        "2026-11-22T25:00:00Z",
        "2026-11-22T03:07:01+99:00",
        "2026-11-22T03:07:60Z",
        "9999-12-31T23:59:59-01:00",
        "0001-01-01T00:00:00+01:00",
        "20261122T030701Z",
        1800000000,
        True,
        time(3),
    ],
)
def test_date_time_that_is_none(value: Any) -> None:
    assert refused("date_time", value) == "is_invalid"


@pytest.mark.parametrize("value", ["13:05", "13:05:00", time(13, 5), time(13, 5, 0, 999)])
def test_time(value: Any) -> None:
    assert parsed("time", value) == time(13, 5)


@pytest.mark.parametrize(
    "value",
    ["", "13", "1:05", "24:00", "13:60", "13:05:00Z", "13:05:00.5", time(13, 5, tzinfo=UTC), MOMENT, 1305],
)
def test_time_that_is_none(value: Any) -> None:
    assert refused("time", value) == "is_invalid"


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("date_time", MOMENT, "2026-11-22T03:07:01.000000+00:00"),
        ("date_time", MOMENT.astimezone(AMSTERDAM), "2026-11-22T03:07:01.000000+00:00"),
        ("date_time", MOMENT.replace(microsecond=123_456), "2026-11-22T03:07:01.123456+00:00"),
        ("date_time", datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000+00:00"),
        ("date", date(2026, 11, 22), "2026-11-22"),
        ("time", time(13, 5), "13:05:00"),
    ],
)
def test_moments_have_one_text(kind: str, value: Any, text: str) -> None:
    assert KINDS[kind].render(value) == text


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_texts_of_moments_sort_as_the_moments_do(one: datetime, other: datetime) -> None:
    render = KINDS["date_time"].render
    assert (render(one) < render(other)) == (one < other)
    assert parsed("date_time", render(one)) == one
