"""Instants, and durations of the calendar, whose length depends on where they start."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from app.expressions.errors import OperandError

DateT = TypeVar("DateT", date, datetime)


@dataclass(frozen=True, slots=True, order=True)
class CalendarDuration:
    """A number of months; added to a date it keeps the day, or takes the month's last when there is none."""

    months: int

    def __bool__(self) -> bool:
        return bool(self.months)

    def after(self, start: DateT) -> DateT:
        """The date this many months after `start`; raises OperandError outside the years 1 to 9999."""
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        if not 1 <= year <= 9999:
            raise OperandError("the date would be outside the years 1 to 9999")
        last = monthrange(year, month + 1)[1]
        return start.replace(year=year, month=month + 1, day=min(start.day, last))

    def iso(self) -> str:
        """The duration in ISO 8601, as in `P3M`."""
        return f"-P{-self.months}M" if self.months < 0 else f"P{self.months}M"


def as_instant(value: date) -> datetime:
    """A date as the midnight, in UTC, that it starts with; a date and time without a zone is UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    return datetime.combine(value, time.min, UTC)


def after(start: date, duration: timedelta | CalendarDuration) -> date:
    """The instant a duration after `start`; a date plus whole days stays a date, else it is at midnight."""
    if isinstance(duration, CalendarDuration):
        return duration.after(start)
    if not isinstance(start, datetime) and (duration.seconds or duration.microseconds):
        start = as_instant(start)
    try:
        return start + duration
    except OverflowError:
        raise OperandError("the date would be outside the years 1 to 9999") from None


def opposite(duration: timedelta | CalendarDuration) -> timedelta | CalendarDuration:
    """The duration the other way."""
    try:
        return CalendarDuration(-duration.months) if isinstance(duration, CalendarDuration) else -duration
    except OverflowError:
        raise OperandError("the duration is too long") from None
