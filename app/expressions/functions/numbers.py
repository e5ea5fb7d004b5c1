"""Functions of numbers."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from app.expressions.errors import OperandError
from app.expressions.functions.declaration import Parameter, function
from app.expressions.kinds import Kind
from app.expressions.limits import MAX_DIGITS, MAX_RANGE, ROUNDED
from app.expressions.operators import negative
from app.expressions.values import checked_decimal, number_text, too_many_digits, whole

VALUE = Parameter("value", Kind.NUMBER)
MAX_ROUNDING = 100
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d{1,4})?", re.ASCII)
WITHOUT_CENTS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"}
    | {"RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
WITH_MILS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
CURRENCY = re.compile(r"[A-Z]{3}")


@function(
    Parameter("start", Kind.NUMBER),
    Parameter("end", Kind.NUMBER, optional=True),
    Parameter("step", Kind.NUMBER, optional=True),
    result=Kind.LIST,
    example="range(1, 4)",
    gives="[1, 2, 3]",
)
def range_(start: int | Decimal, end: int | Decimal | None = None, step: int | Decimal = 1) -> list[int]:
    """The whole numbers from start up to, but without, the end; with one argument from 0 up to it."""
    first, last = (0, start) if end is None else (start, end)
    stride = whole(step, "the step")
    if not stride:
        raise OperandError("the step is 0")
    numbers = range(whole(first, "the start"), whole(last, "the end"), stride)
    if numbers and abs(numbers[-1] - numbers[0]) // abs(stride) >= MAX_RANGE:
        raise OperandError(f"the range would have more than {MAX_RANGE:,} elements")
    return list(numbers)


@function(
    VALUE,
    Parameter("digits", Kind.NUMBER, optional=True),
    result=Kind.NUMBER,
    passes_null=True,
    example="round(2.345, 2)",
    gives="2.35",
)
def round_(value: int | Decimal, digits: int | Decimal = 0) -> int | Decimal:
    """The number rounded to so many digits after the point, a half away from zero."""
    return rounded(value, whole(digits, "the number of digits"), ROUND_HALF_UP)


@function(VALUE, result=Kind.NUMBER, passes_null=True, example="floor(-2.5)", gives="-3")
def floor(value: int | Decimal) -> int | Decimal:
    """The next whole number below, or the number itself."""
    return rounded(value, 0, ROUND_FLOOR)


@function(VALUE, result=Kind.NUMBER, passes_null=True, example="ceil(2.1)", gives="3")
def ceil(value: int | Decimal) -> int | Decimal:
    """The next whole number above, or the number itself."""
    return rounded(value, 0, ROUND_CEILING)


@function(VALUE, result=Kind.NUMBER, passes_null=True, example="abs(-2)", gives="2")
def abs_(value: int | Decimal) -> Any:
    """The number without its sign."""
    return negative(value) if value < 0 else value


@function(
    Parameter("value", Kind.TEXT | Kind.NUMBER),
    result=Kind.NUMBER,
    passes_null=True,
    example='number(" 12.50 ")',
    gives="12.5",
)
def number(value: str | int | Decimal) -> int | Decimal:
    """The number that a text writes in digits, with a point."""
    if not isinstance(value, str):
        return value
    written = value.strip()
    if len(written) > MAX_DIGITS:
        raise too_many_digits()
    if not NUMBER.fullmatch(written):
        raise OperandError("the text is not a number")
    return int(written) if written.lstrip("+-").isdigit() else checked_decimal(Decimal(written))


@function(
    VALUE,
    Parameter("currency", Kind.TEXT),
    result=Kind.TEXT,
    passes_null=True,
    example='currency(12.5, "EUR")',
    gives='"EUR 12.50"',
)
def currency(value: int | Decimal, code: str) -> str:
    """An amount with the code of its currency and as many digits as the currency has."""
    if not CURRENCY.fullmatch(code):
        raise OperandError("the currency is not a code of three capitals, such as EUR")
    digits = 0 if code in WITHOUT_CENTS else 3 if code in WITH_MILS else 2
    amount = rounded(Decimal(value), digits, ROUND_HALF_UP)
    return f"{code} {number_text(amount)}"


def rounded(value: int | Decimal, digits: int, rounding: str) -> int | Decimal:
    """A number rounded to so many digits after the point; an int where there are none."""
    if isinstance(value, int) and digits >= 0:
        return value
    if not -MAX_ROUNDING <= digits <= MAX_ROUNDING:
        raise OperandError(f"the number of digits is not between -{MAX_ROUNDING} and {MAX_ROUNDING}")
    unit = Decimal(1).scaleb(-digits)
    try:
        result = checked_decimal(Decimal(value)).quantize(unit, rounding, ROUNDED)
    except ArithmeticError:
        raise too_many_digits() from None
    return int(result) if digits <= 0 else result
