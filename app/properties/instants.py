"""The one text form of each kind of moment, in answers and on SQLite."""

from __future__ import annotations

from datetime import UTC, datetime, time


def date_time_text(value: datetime) -> str:
    """`2026-11-22T03:07:01.123456+00:00`: always UTC and of one width, so the texts sort as the moments do.

    A moment without a zone is taken for UTC.
    """
    moment = value if value.tzinfo is UTC else in_utc(value)
    return moment.isoformat(timespec="microseconds")


def time_text(value: time) -> str:
    """`13:05:00`."""
    return value.isoformat(timespec="seconds")


def in_utc(value: datetime) -> datetime:
    """The same moment in UTC; without a zone it is taken for UTC. Raises OverflowError past the year 9999."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
