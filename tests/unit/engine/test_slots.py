from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.engine.slots import Slots

ZURICH = "Europe/Zurich"
FORWARD = datetime(2026, 3, 29, tzinfo=UTC)
"""The day on which Zurich's clock goes from 2:00 to 3:00, at 1:00 in UTC."""
BACK = datetime(2026, 10, 25, tzinfo=UTC)
"""The day on which it goes from 3:00 back to 2:00, at 1:00 in UTC."""


def seen(slots: Slots, begin: datetime, hours: int) -> list[str]:
    """The slots that somebody sees who looks every five minutes."""
    found: list[datetime] = []
    for minutes in range(0, hours * 60, 5):
        slot = slots.latest(begin + timedelta(minutes=minutes, seconds=3))
        if slot is not None and slot >= begin and slot not in found:
            found.append(slot)
    return [f"{slot:%H:%M}" for slot in found]


def foreseen(slots: Slots, begin: datetime, hours: int) -> list[str]:
    """The slots that follow each other."""
    found, moment = [], slots.following(begin - timedelta(seconds=1))
    while moment is not None and moment < begin + timedelta(hours=hours):
        found.append(f"{moment:%H:%M}")
        moment = slots.following(moment)
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "day", "slots"),
    [
        ("30 2 * * *", ZURICH, datetime(2026, 3, 28, tzinfo=UTC), ["01:30"]),
        ("30 2 * * *", ZURICH, FORWARD, ["01:30"]),
        ("30 2 * * *", ZURICH, BACK, ["00:30"]),
        ("*/30 1-4 * * *", ZURICH, FORWARD, ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"]),
        ("*/30 2 * * *", ZURICH, BACK, ["00:00", "00:30"]),
        ("0 * * * *", ZURICH, FORWARD, ["00:00", "01:00", "02:00", "03:00"]),
        ("0 * * * *", ZURICH, BACK, ["00:00", "01:00", "02:00", "03:00"]),
        ("0 */2 * * *", ZURICH, BACK, ["00:00", "03:00"]),
        ("45 * * * *", "Asia/Kolkata", BACK, ["00:15", "01:15", "02:15", "03:15"]),
        ("0 0 * * *", "America/Santiago", datetime(2026, 9, 6, 2, tzinfo=UTC), ["04:00"]),
        ("0 0 30 2 *", "UTC", BACK, []),
    ],
)
def test_slots(cron: str, zone: str, day: datetime, slots: list[str]) -> None:
    of = Slots(cron, zone)
    assert seen(of, day, 4) == slots
    assert foreseen(of, day, 4) == slots


def test_latest_slot_is_found_after_long() -> None:
    assert Slots("0 6 1 1 *", ZURICH).latest(BACK) == datetime(2026, 1, 1, 5, tzinfo=UTC)
    assert Slots("45 * * * *", ZURICH).latest(BACK + timedelta(hours=1, minutes=20)) == BACK.replace(
        minute=45
    )


def test_slot_counts_from_its_very_moment() -> None:
    slots, moment = Slots("*/5 * * * *", "UTC"), datetime(2026, 1, 1, 12, 5, tzinfo=UTC)
    assert slots.latest(moment) == moment
    assert slots.latest(moment - timedelta(microseconds=1)) == moment - timedelta(minutes=5)
    assert slots.following(moment) == moment + timedelta(minutes=5)
