"""Functions of dates, times and durations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.expressions.date_format import check_format, formatted
from app.expressions.dates import CalendarDuration, DateT, as_instant
from app.expressions.errors import OperandError
from app.expressions.functions.declaration import Parameter, function
from app.expressions.kinds import Kind
from app.expressions.operators import bounded, duration, multiply
from app.expressions.values import whole

AMOUNT = Parameter("amount", Kind.NUMBER)
ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
MAX_WRITTEN = 64


@function(result=Kind.DATE_TIME, reads="now", example="now() == now", gives="true")
def now(moment: Any) -> datetime:
    """The moment at which the run or request began; `now` says the same."""
    if not isinstance(moment, datetime):
        raise OperandError("there is no current moment here")
    return as_instant(moment)


@function(result=Kind.DATE, reads="today", example="today() == today", gives="true")
def today(day: Any) -> date:
    """The day on which the run or request began; `today` says the same."""
    if not isinstance(day, date) or isinstance(day, datetime):
        raise OperandError("there is no current day here")
    return day


@function(AMOUNT, result=Kind.DURATION, example="seconds(90) == minutes(1.5)", gives="true")
def seconds(amount: int | Decimal) -> timedelta:
    """A duration of so many seconds."""
    return duration(amount)


@function(AMOUNT, result=Kind.DURATION, example="minutes(60) == hours(1)", gives="true")
def minutes(amount: int | Decimal) -> timedelta:
    """A duration of so many minutes."""
    return duration(multiply(amount, 60))


@function(AMOUNT, result=Kind.DURATION, example="hours(24) == days(1)", gives="true")
def hours(amount: int | Decimal) -> timedelta:
    """A duration of so many hours."""
    return duration(multiply(amount, 3_600))


@function(AMOUNT, result=Kind.DURATION, example='date("2026-03-01") - days(1)', gives='date("2026-02-28")')
def days(amount: int | Decimal) -> timedelta:
    """A duration of so many days of 24 hours."""
    return duration(multiply(amount, 86_400))


@function(AMOUNT, result=Kind.DURATION, example="weeks(2) == days(14)", gives="true")
def weeks(amount: int | Decimal) -> timedelta:
    """A duration of so many weeks."""
    return duration(multiply(amount, 604_800))


@function(
    AMOUNT,
    result=Kind.CALENDAR_DURATION,
    example='date("2026-01-31") + months(1)',
    gives='date("2026-02-28")',
)
def months(amount: int | Decimal) -> CalendarDuration:
    """So many months of the calendar; a day that a month does not have becomes its last."""
    return CalendarDuration(bounded(whole(amount, "the number of months")))


@function(
    AMOUNT, result=Kind.CALENDAR_DURATION, example='date("2024-02-29") + years(1)', gives='date("2025-02-28")'
)
def years(amount: int | Decimal) -> CalendarDuration:
    """So many years of the calendar."""
    return CalendarDuration(bounded(12 * whole(amount, "the number of years")))


@function(
    Parameter("value", Kind.TEXT | Kind.INSTANT | Kind.NUMBER),
    Parameter("month", Kind.NUMBER, optional=True),
    Parameter("day", Kind.NUMBER, optional=True),
    result=Kind.DATE,
    passes_null=True,
    example='date("2026-03-01") == date(2026, 3, 1)',
    gives="true",
)
def date_(value: Any, month: int | Decimal | None = None, day: int | Decimal | None = None) -> date:
    """The date of a text (`2026-03-01`), of a date and time, or of a year, month and day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return _date_of(value)
    if isinstance(value, date):
        return value
    if month is None or day is None:
        raise OperandError("a date of numbers needs a year, a month and a day")
    try:
        return date(whole(value, "the year"), whole(month, "the month"), whole(day, "the day"))
    except (ValueError, OverflowError):
        raise OperandError("there is no such date") from None


@function(
    Parameter("value", Kind.TEXT | Kind.INSTANT | Kind.NUMBER),
    result=Kind.DATE_TIME,
    passes_null=True,
    example='date_time("2026-03-01T12:00:00+02:00") == date_time("2026-03-01T10:00:00Z")',
    gives="true",
)
def date_time(value: Any) -> datetime:
    """The moment of a text (ISO 8601; without a zone UTC), of a date (midnight UTC) or of Unix seconds."""
    if isinstance(value, date):
        return as_instant(value)
    if isinstance(value, str):
        return as_instant(_read(datetime.fromisoformat, value))
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + duration(value)
    except OverflowError:
        raise OperandError("the moment would be outside the years 1 to 9999") from None


def _prepared(constants: Mapping[int, Any]) -> Callable[..., Any] | None:
    if 1 in constants:
        check_format(constants[1])
    if 2 in constants:
        _zone(constants[2])
    return None


@function(
    Parameter("value", Kind.INSTANT),
    Parameter("pattern", Kind.TEXT),
    Parameter("zone", Kind.TEXT, optional=True),
    result=Kind.TEXT,
    passes_null=True,
    prepare=_prepared,
    example='format_date(date(2026, 3, 1), "%-d %B %Y")',
    gives='"1 March 2026"',
)
def format_date(value: date, pattern: str, zone: str | None = None) -> str:
    """A date, or date and time, by a pattern of `%Y %m %d %H %M` and the like, in a zone (`Europe/Paris`)."""
    if zone is None:
        return formatted(value, pattern)
    try:
        return formatted(as_instant(value).astimezone(_zone(zone)), pattern)
    except OverflowError:
        raise OperandError("the moment would be outside the years 1 to 9999") from None


def _date_of(written: str) -> date:
    if len(written.strip()) <= len("2026-03-01"):
        return _read(date.fromisoformat, written)
    return _read(datetime.fromisoformat, written).date()


def _zone(name: str) -> ZoneInfo:
    try:
        if ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        pass
    raise OperandError("there is no such time zone; write one such as Europe/Amsterdam")


def _read(parse: Callable[[str], DateT], written: str) -> DateT:
    try:
        if len(written) <= MAX_WRITTEN:
            return parse(written.strip())
    except (ValueError, OverflowError):
        pass
    raise OperandError("the text is not a date; write one such as 2026-03-01 or 2026-03-01T10:00:00Z")
