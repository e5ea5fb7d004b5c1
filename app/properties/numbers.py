"""The family of numbers: exact, in a range, never a boolean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Integer
from sqlalchemy.types import TypeEngine

from app.properties.base import ORDER_OPERATORS, Constraints, Invalid, PropertyKind
from app.properties.columns import LARGEST, ScaledDecimal

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_LONGEST = 64
_BEYOND = 100
"""An exponent that no column holds."""


def exact(value: Any) -> Decimal:
    """The number that a value or a text stands for; a float counts as the digits it is written with."""
    if isinstance(value, str) and len(value) <= _LONGEST and _NUMBER.fullmatch(value.strip()):
        number = Decimal(value.strip())
    elif isinstance(value, float):
        number = Decimal(repr(value))
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        number = Decimal(value)
    else:
        raise Invalid("is_invalid", "is no number")
    if not number.is_finite():
        raise Invalid("is_invalid", "is no finite number")
    if not number:
        return Decimal(0)
    if number.adjusted() > _BEYOND:
        raise Invalid(*(("is_too_large", "is too large") if number > 0 else ("is_too_small", "is too small")))
    return number


def check_range(value: Decimal, low: Decimal | None, high: Decimal | None, hint: str = "") -> None:
    """Raises `Invalid` for a number below `low` or above `high`."""
    if low is not None and value < low:
        raise Invalid("is_too_small", f"is less than {low:f}{hint}")
    if high is not None and value > high:
        raise Invalid("is_too_large", f"is more than {high:f}{hint}")


def _limits(constraints: Constraints) -> dict[str, Any]:
    given = {"minimum": constraints.minimum, "maximum": constraints.maximum}
    return {name: _plain(limit) for name, limit in given.items() if limit is not None}


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


class IntegerKind(PropertyKind):
    """A whole number of 32 bits, as GraphQL's Int is."""

    graphql = "Int"
    operators = ORDER_OPERATORS
    summable = True
    takes = frozenset({"minimum", "maximum"})
    lowest: ClassVar[int] = -(2**31)
    hint: ClassVar[str] = ""

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return Integer()

    def parse(self, value: Any, constraints: Constraints) -> int:
        free = constraints.minimum is None and constraints.maximum is None
        if free and type(value) is int and self.lowest <= value < 2**31:
            return value
        number = exact(value)
        if number != number.to_integral_value():
            raise Invalid("is_invalid", "is no whole number")
        check_range(number, Decimal(self.lowest), Decimal(2**31 - 1), self.hint)
        check_range(number, constraints.minimum, constraints.maximum)
        return int(number)

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        bounds = {"minimum": self.lowest, "maximum": 2**31 - 1}
        return {"type": "integer", "format": "int32"} | bounds | _limits(constraints)


class DecimalKind(PropertyKind):
    """A number with a fixed count of digits after the point, of which 64 bits hold the whole."""

    graphql = "Decimal"
    operators = ORDER_OPERATORS
    summable = True
    scale: ClassVar[int]

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return ScaledDecimal(self._scale(constraints))

    def parse(self, value: Any, constraints: Constraints) -> Decimal:
        number, scale = exact(value), self._scale(constraints)
        most = Decimal(LARGEST).scaleb(-scale)
        check_range(number, -most, most)
        check_range(number, constraints.minimum, constraints.maximum)
        fixed = number.quantize(Decimal(1).scaleb(-scale))
        if fixed != number:
            raise Invalid("is_invalid", f"has more than {scale} digits after the point")
        return fixed

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "number"} | _limits(constraints)

    def problems(self, constraints: Constraints) -> Iterator[str]:
        yield from super().problems(constraints)
        for option in ("minimum", "maximum"):
            bound = getattr(constraints, option)
            if bound is not None and abs(bound) > Decimal(LARGEST).scaleb(-self._scale(constraints)):
                yield f"{option} {bound} is beyond what the kind {self.name} holds"

    def _scale(self, constraints: Constraints) -> int:
        return self.scale if constraints.scale is None else constraints.scale
