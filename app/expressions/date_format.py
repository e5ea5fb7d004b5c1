"""Dates and times as text by a pattern such as `%d-%m-%Y`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.expressions.errors import OperandError
from app.expressions.limits import MAX_PATTERN

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DIRECTIVE = re.compile(r"%(-?)(.)", re.DOTALL)


def _offset(value: Any) -> str:
    return str(value.strftime("%z")) or "+0000"


DATE_PARTS: Mapping[str, Callable[[Any], str]] = {
    "Y": lambda value: f"{value.year:04}",
    "y": lambda value: f"{value.year % 100:02}",
    "m": lambda value: f"{value.month:02}",
    "d": lambda value: f"{value.day:02}",
    "e": lambda value: f"{value.day:2}",
    "B": lambda value: MONTHS[value.month - 1],
    "b": lambda value: MONTHS[value.month - 1][:3],
    "A": lambda value: DAYS[value.weekday()],
    "a": lambda value: DAYS[value.weekday()][:3],
    "j": lambda value: f"{value.timetuple().tm_yday:03}",
    "u": lambda value: str(value.isoweekday()),
    "V": lambda value: f"{value.isocalendar().week:02}",
    "G": lambda value: f"{value.isocalendar().year:04}",
    "F": lambda value: f"{value.year:04}-{value.month:02}-{value.day:02}",
}
TIME_PARTS: Mapping[str, Callable[[Any], str]] = {
    "H": lambda value: f"{value.hour:02}",
    "I": lambda value: f"{value.hour % 12 or 12:02}",
    "M": lambda value: f"{value.minute:02}",
    "S": lambda value: f"{value.second:02}",
    "f": lambda value: f"{value.microsecond:06}",
    "L": lambda value: f"{value.microsecond // 1000:03}",
    "p": lambda value: "AM" if value.hour < 12 else "PM",
    "T": lambda value: f"{value.hour:02}:{value.minute:02}:{value.second:02}",
    "R": lambda value: f"{value.hour:02}:{value.minute:02}",
    "z": _offset,
    "Z": lambda value: value.tzname() or "UTC",
    "s": lambda value: str(int(value.timestamp())),
}
PARTS: Mapping[str, Callable[[Any], str]] = {**DATE_PARTS, **TIME_PARTS, "%": lambda _: "%"}


def check_format(pattern: str) -> None:
    """Raise OperandError if the pattern is too long or has a directive that is not known."""
    if len(pattern) > MAX_PATTERN:
        raise OperandError(f"the pattern has more than {MAX_PATTERN} characters")
    for match in DIRECTIVE.finditer(pattern):
        if match.group(2) not in PARTS:
            raise OperandError(
                f"the pattern has an unknown directive; known are {' '.join('%' + name for name in PARTS)}"
            )


def formatted(value: date, pattern: str) -> str:
    """A date, or date and time, by a pattern; `%-d` leaves out zeros in front. Others are OperandErrors.

    Of a date without a time the time is midnight UTC; months and days have their English names.
    """
    check_format(pattern)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)

    def part(match: re.Match[str]) -> str:
        written = PARTS[match.group(2)](moment)
        return (written.lstrip("0 ") or "0") if match.group(1) and written.strip().isdigit() else written

    return DIRECTIVE.sub(part, pattern)
