"""The values of expressions: how data becomes one, and how one becomes text or JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.expressions.dates import CalendarDuration, as_instant
from app.expressions.errors import EvaluationError, OperandError
from app.expressions.kinds import Kind, kind_of, kind_word
from app.expressions.limits import MAX_DIGITS, MAX_INTEGER, MAX_JSON_DEPTH, MAX_NODES, MAX_TEXT
from app.json_text import JsonError, Limits, read_foreign_json, write_plain_json

Scope = Mapping[str, Any]
Run = Callable[[Scope], Any]

JSON_LIMITS = Limits(characters=MAX_TEXT, depth=MAX_JSON_DEPTH, digits=MAX_DIGITS)

AS_IT_IS = frozenset({type(None), str, int, bool, dict, list, date, timedelta})
"""Types that need no second look when they are read; everything else goes through `plain`."""


def plain(value: Any) -> Any:
    """A value met in data as expressions know it.

    A binary float becomes a Decimal, a date and time without a zone is UTC, subclasses of text and numbers
    lose their class. Raises OperandError for a number that is not finite or has too many digits.
    """
    if isinstance(value, Decimal):
        return checked_decimal(value)
    if isinstance(value, float):
        return checked_decimal(Decimal(float.__repr__(value)))
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return value


def checked_decimal(value: Decimal) -> Decimal:
    """The number itself; raises OperandError if it is not finite or beyond the number of digits allowed."""
    if not value.is_finite():
        raise OperandError("the number is not finite")
    if not -MAX_DIGITS <= value.adjusted() <= MAX_DIGITS:
        raise too_many_digits()
    return value if type(value) is Decimal else Decimal(value)


def too_many_digits() -> OperandError:
    """The OperandError of a number that is too long."""
    return OperandError(f"the number has more than {MAX_DIGITS:,} digits")


def whole(value: int | Decimal, what: str) -> int:
    """A number as int; raises OperandError that names `what` if it is none without a fraction."""
    if isinstance(value, int):
        return value
    if value != value.to_integral_value():
        raise OperandError(f"{what} is not a whole number")
    return int(value)


def is_true(value: Any) -> bool:
    """What counts as true in a condition: everything but null, false, 0 and an empty text, list or object."""
    return bool(value)


def seconds_of(duration: timedelta) -> int | Decimal:
    """The length of a duration in seconds, exactly."""
    total = duration.days * 86_400 + duration.seconds
    if not duration.microseconds:
        return total
    return (Decimal(total * 1_000_000 + duration.microseconds) / 1_000_000).normalize()


def number_text(value: int | Decimal) -> str:
    """A number in digits, without an exponent: `12.50`."""
    if isinstance(value, int):
        if not -MAX_INTEGER < value < MAX_INTEGER:
            raise too_many_digits()
        return str(value)
    return format(checked_decimal(value) if value else checked_decimal(value).copy_abs(), "f")


TEXTS: Mapping[Kind, Callable[[Any], str]] = {
    Kind.TEXT: str.__str__,
    Kind.BOOLEAN: lambda value: "true" if value else "false",
    Kind.NUMBER: number_text,
    Kind.DATE: date.isoformat,
    Kind.DATE_TIME: lambda value: as_instant(value).isoformat(),
    Kind.TIME: time.isoformat,
    Kind.DURATION: lambda value: number_text(seconds_of(value)),
    Kind.CALENDAR_DURATION: CalendarDuration.iso,
}


def text_of(value: Any) -> str:
    """The text form of a text, number, boolean, date or time; raises OperandError for anything else."""
    value = plain(value)
    written = TEXTS.get(kind_of(value))
    if written is None:
        raise OperandError(f"{kind_word(value)} has no text form of its own; write to_json(..) or join(..)")
    return written(value)


_PLAIN = frozenset({type(None), bool, int, str})
"""Types whose values are JSON as they are."""


class Budget:
    """Counts the values that one walk looks at, so that lists shared a thousand times over end it."""

    __slots__ = ("left", "most")

    def __init__(self, most: int = MAX_NODES) -> None:
        self.left = self.most = most

    def spend(self, count: int = 1) -> None:
        """Raise OperandError when the walk has seen too many values."""
        self.left -= count
        if self.left < 0:
            raise OperandError(f"there are more than {self.most:,} values in it")


def to_plain(value: Any) -> Any:
    """A value in the form that JSON knows: texts, numbers (int and Decimal), booleans, lists and dicts.

    Dates and times become ISO text, durations seconds. Raises EvaluationError for bytes and unknown values,
    and for more nesting or values than the limits allow.
    """
    if type(value) in _PLAIN:
        return value
    try:
        return _to_plain(value, MAX_JSON_DEPTH, Budget())
    except OperandError as fault:
        raise EvaluationError(str(fault)) from None


def read_json(text: str | bytes) -> Any:
    """What a JSON text stands for, its numbers int or Decimal; raises OperandError if it is none."""
    try:
        return read_foreign_json(text, JSON_LIMITS)
    except JsonError as error:
        raise OperandError(str(error)) from None


def write_json(value: Any) -> str:
    """A value as compact JSON text, numbers exact; raises OperandError for what it cannot hold."""
    try:
        return write_plain_json(to_plain(value), number_text)
    except EvaluationError as error:
        raise OperandError(error.message) from None
    except TypeError:
        raise OperandError("the value cannot be written as JSON") from None


def _to_plain(value: Any, depth: int, budget: Budget) -> Any:
    budget.spend()
    if type(value) in _PLAIN:
        return value
    value = plain(value)
    if value is None or isinstance(value, str | int | Decimal):
        return value
    if isinstance(value, Mapping):
        deeper = _deeper(depth)
        return {_key(key): _to_plain(part, deeper, budget) for key, part in value.items()}
    if isinstance(value, list | tuple):
        deeper = _deeper(depth)
        if _PLAIN.issuperset(map(type, value)):
            budget.spend(len(value))
            return list(value)
        return [_to_plain(part, deeper, budget) for part in value]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, timedelta):
        return seconds_of(value)
    if isinstance(value, UUID):
        return str(value)
    if kind_of(value) in TEXTS:
        return text_of(value)
    raise OperandError(f"{kind_word(value)} cannot be written as JSON")


def _deeper(depth: int) -> int:
    if depth == 0:
        raise OperandError(f"lists and objects are more than {MAX_JSON_DEPTH} deep")
    return depth - 1


def _key(key: Any) -> str:
    return key if isinstance(key, str) else text_of("" if key is None else key)
