"""What the operators do with values; a OperandError says what they have against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from app.expressions.dates import CalendarDuration, after, as_instant, opposite
from app.expressions.errors import OperandError
from app.expressions.kinds import Kind, kind_of, kind_word
from app.expressions.limits import EXACT, MAX_COMPARED, MAX_INTEGER, MAX_LIST, MAX_TEXT, QUOTIENT
from app.expressions.values import Budget, plain, seconds_of, text_of, too_many_digits, whole

NUMBERS = frozenset({int, Decimal})
INSTANTS = frozenset({Kind.DATE, Kind.DATE_TIME})
ORDERED = frozenset({Kind.NUMBER, Kind.TEXT, Kind.TIME, Kind.DURATION, Kind.CALENDAR_DURATION})
SAME = frozenset({int, str, bool, Decimal, type(None)})
LONGEST = 86_400 * 999_999_999
Operator = Callable[[Any, Any], Any]


def bounded(value: int) -> int:
    """The integer itself; raises OperandError if it has too many digits."""
    if -MAX_INTEGER < value < MAX_INTEGER:
        return value
    raise too_many_digits()


def exact(operation: Callable[[Any, Any], Decimal], left: int | Decimal, right: int | Decimal) -> Decimal:
    """The result of a decimal operation; raises OperandError if it has too many digits."""
    try:
        return operation(left, right)
    except DecimalException:
        raise too_many_digits() from None


def refused(symbol: str, left: Any, right: Any) -> OperandError:
    """The OperandError of an operator that does not know these kinds of values."""
    for side, value in (("left", left), ("right", right)):
        if value is None:
            return OperandError(f"'{symbol}' has null on its {side}")
    return OperandError(f"'{symbol}' does not work on {kind_word(left)} and {kind_word(right)}")


def add(left: Any, right: Any) -> Any:
    """Joins texts, lists, adds numbers and durations, moves dates."""
    left_type, right_type = type(left), type(right)
    if left_type is int and right_type is int:
        return bounded(left + right)
    if left_type in NUMBERS and right_type in NUMBERS:
        return exact(EXACT.add, left, right)
    if left is None or right is None:
        raise refused("+", left, right)
    if left_type is str or right_type is str:
        return joined(left, right)
    if left_type is list and right_type is list:
        return joined_lists(left, right)
    return moved("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """Subtracts numbers, durations and dates."""
    left_type, right_type = type(left), type(right)
    if left_type is int and right_type is int:
        return bounded(left - right)
    if left_type in NUMBERS and right_type in NUMBERS:
        return exact(EXACT.subtract, left, right)
    if isinstance(left, date) and isinstance(right, date):
        return as_instant(left) - as_instant(right)
    if isinstance(right, timedelta | CalendarDuration):
        return moved("-", left, opposite(right))
    raise refused("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    """Multiplies numbers, and durations by a number."""
    left_type, right_type = type(left), type(right)
    if left_type is int and right_type is int:
        return bounded(left * right)
    if left_type in NUMBERS and right_type in NUMBERS:
        return exact(EXACT.multiply, left, right)
    if left_type in NUMBERS:
        left, right, right_type = right, left, left_type
    if right_type not in NUMBERS:
        raise refused("*", left, right)
    if isinstance(left, CalendarDuration):
        return CalendarDuration(bounded(left.months * whole(right, "the factor")))
    if isinstance(left, timedelta):
        return duration(exact(EXACT.multiply, seconds_of(left), right))
    raise refused("*", left, right)


def divide(left: Any, right: Any) -> Any:
    """Divides numbers (to an int where it comes out even), durations by a number, durations by each other."""
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return divide(seconds_of(left), seconds_of(right))
    if isinstance(left, timedelta) and type(right) in NUMBERS:
        return duration(divide(seconds_of(left), right))
    if type(left) not in NUMBERS or type(right) not in NUMBERS:
        raise refused("/", left, right)
    if not right:
        raise OperandError("division by zero")
    if type(left) is int and type(right) is int and left % right == 0:
        return left // right
    return exact(QUOTIENT.divide, left, right)


def remainder(left: Any, right: Any) -> Any:
    """What a division leaves over, with the sign of the divisor."""
    if type(left) not in NUMBERS or type(right) not in NUMBERS:
        raise refused("%", left, right)
    if not right:
        raise OperandError("division by zero")
    if type(left) is int and type(right) is int:
        return left % right
    rest = exact(EXACT.remainder, left, right)
    return exact(EXACT.add, rest, right) if rest and (rest < 0) != (right < 0) else rest


def negative(value: Any) -> Any:
    """The number or duration with the other sign."""
    if type(value) is int:
        return -value
    if type(value) is Decimal:
        return value.copy_negate() if value else value
    if isinstance(value, timedelta | CalendarDuration):
        return opposite(value)
    raise OperandError(f"'-' does not work on {kind_word(value)}")


def joined(left: Any, right: Any) -> str:
    """Two values as one text; raises OperandError when it would be too long."""
    first, second = text_of(left), text_of(right)
    if len(first) + len(second) > MAX_TEXT:
        raise OperandError(f"the text would have more than {MAX_TEXT:,} characters")
    return first + second


def joined_lists(left: list[Any], right: list[Any]) -> list[Any]:
    """Two lists as one; raises OperandError when it would be too long."""
    if len(left) + len(right) > MAX_LIST:
        raise OperandError(f"the list would have more than {MAX_LIST:,} elements")
    return left + right


def duration(seconds: int | Decimal) -> timedelta:
    """A duration of so many seconds, to the microsecond; raises OperandError when it is too long."""
    if not -LONGEST < seconds < LONGEST:
        raise OperandError("the duration is too long")
    return timedelta(microseconds=int(exact(EXACT.multiply, Decimal(seconds), 1_000_000)))


def moved(symbol: str, left: Any, right: Any) -> Any:
    """A date moved by a duration, or two durations of a kind together."""
    durations = (timedelta, CalendarDuration)
    if isinstance(left, durations) and isinstance(right, date):
        left, right = right, left
    if isinstance(left, date) and isinstance(right, durations):
        return after(left, right)
    if isinstance(left, CalendarDuration) and isinstance(right, CalendarDuration):
        return CalendarDuration(bounded(left.months + right.months))
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return duration(exact(EXACT.add, seconds_of(left), seconds_of(right)))
    raise refused(symbol, left, right)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same: numbers by amount, dates by instant, lists and objects by content."""
    if type(left) is type(right) and type(left) in SAME:
        return bool(left == right)
    return _equal(left, right, Budget(MAX_COMPARED))


def _equal(left: Any, right: Any, budget: Budget) -> bool:
    budget.spend()
    left, right = plain(left), plain(right)
    kind, other = kind_of(left), kind_of(right)
    if kind in INSTANTS and other in INSTANTS:
        return as_instant(left) == as_instant(right)
    if kind != other:
        return False
    if kind is Kind.LIST:
        return len(left) == len(right) and all(
            _equal(one, another, budget) for one, another in zip(left, right, strict=True)
        )
    if kind is Kind.OBJECT:
        return len(left) == len(right) and all(
            key in right and _equal(part, right[key], budget) for key, part in left.items()
        )
    if kind is Kind.UNKNOWN:
        return left is right
    return bool(left == right)


def order(left: Any, right: Any) -> int:
    """-1, 0 or 1 as `left` comes before, with or after `right`; raises OperandError if they have no order."""
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return int(left > right) - int(left < right)
    kind, other = kind_of(left), kind_of(right)
    if kind in INSTANTS and other in INSTANTS:
        left, right = as_instant(left), as_instant(right)
    elif kind != other or kind not in ORDERED:
        raise OperandError(f"{kind_word(left)} and {kind_word(right)} cannot be put in order")
    try:
        return int(left > right) - int(left < right)
    except TypeError:
        raise OperandError("a time with a zone and one without cannot be put in order") from None


def less(left: Any, right: Any) -> bool:
    """Whether left comes before right; nothing does with null."""
    return left is not None and right is not None and order(left, right) < 0


def less_or_equal(left: Any, right: Any) -> bool:
    """Whether left comes before or with right; nothing does with null."""
    return left is not None and right is not None and order(left, right) <= 0


def greater(left: Any, right: Any) -> bool:
    """Whether left comes after right; nothing does with null."""
    return left is not None and right is not None and order(left, right) > 0


def greater_or_equal(left: Any, right: Any) -> bool:
    """Whether left comes after or with right; nothing does with null."""
    return left is not None and right is not None and order(left, right) >= 0


def unequal(left: Any, right: Any) -> bool:
    """Whether two values differ."""
    return not equal(left, right)


def contained(item: Any, container: Any) -> bool:
    """Whether a list has the element, a text the part, an object the key; null has none."""
    if container is None:
        return False
    if isinstance(container, list | tuple):
        return any(equal(item, element) for element in container)
    if isinstance(container, Mapping):
        return isinstance(item, str | int) and item in container
    if isinstance(container, str):
        return text_of(item) in container if item is not None else False
    raise OperandError(f"'in' needs a list, a text or an object on its right, not {kind_word(container)}")


ARITHMETIC: Mapping[str, Operator] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": remainder,
}

COMPARISONS: Mapping[str, Operator] = {
    "==": equal,
    "!=": unequal,
    "<": less,
    "<=": less_or_equal,
    ">": greater,
    ">=": greater_or_equal,
    "in": contained,
}


def part_of(value: Any, key: Any) -> Any:
    """The part of an object or the element of a list; null where there is none, and of null.

    Raises OperandError for values without parts: nothing else of a value can be reached.
    """
    if value is None or key is None:
        return None
    if isinstance(value, Mapping):
        return value.get(_key(key))
    if isinstance(value, list | tuple):
        return _element(value, key)
    raise OperandError(f"{kind_word(value)} has no parts")


def _key(key: Any) -> str | int:
    if isinstance(key, str) or type(key) is int:
        return key
    if type(key) is Decimal:
        return whole(key, "the key")
    raise OperandError(f"{kind_word(key)} is no key")


def _element(elements: list[Any] | tuple[Any, ...], key: Any) -> Any:
    if type(key) not in NUMBERS:
        raise OperandError("a list has elements, not named parts; write [0] or pluck(..)")
    index = whole(key, "the position")
    return elements[index] if 0 <= index < len(elements) else None
