"""What comparisons need to know of operands: values of the property's kind, in the range of its column.

An operand that no record can equal is no mistake: it finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, Numeric, String, Text
from sqlalchemy.types import TypeEngine

from app.definition.model import Property
from app.errors import BadInput
from app.patterns import PatternError
from app.properties import KINDS
from app.properties.base import Constraints, Invalid
from app.properties.numbers import exact
from app.properties.plain_text import checked_text
from app.storage.columns import ScaledDecimal
from app.storage.pattern import postgres_pattern
from app.storage.prepare import Convert, DialectName

_LOWEST, _HIGHEST = -(2**63), 2**63 - 1
_LONGEST_TEXT = 10_000
"""Of a text to match: SQLite takes no longer ones in LIKE."""
_UP = frozenset({"lt", "gteq"})
_LISTS = frozenset({"in", "nin"})


def operand_type(column: Column[Any], dialect: DialectName) -> TypeEngine[Any]:
    """The type as which an operand for this column is bound: never one that rounds or cuts it off."""
    if isinstance(column.type, ScaledDecimal):
        return BigInteger() if dialect == "sqlite" else Numeric()
    if isinstance(column.type, Integer):
        return BigInteger()
    return Text() if isinstance(column.type, String) else column.type


def operand_converter(
    name: str, property: Property, column: Column[Any], operator: str, dialect: DialectName
) -> Convert:
    """What makes a value to compare with of what a caller gave; raises `BadInput` naming the property."""
    one = _checked(name, _one(property, column, operator, dialect))
    if operator not in _LISTS:
        return lambda value: None if value is None else one(value)

    def several(values: Any) -> list[Any] | None:
        if values is None:
            return None
        if not isinstance(values, list | tuple | set | frozenset):
            raise _invalid(name, "is_invalid", "is compared with a list")
        items = [one(value) for value in values if value is not None]
        return [item for item in items if item is not None]

    return several


def page_converter(name: str, missing: int | None) -> Convert:
    """What checks a number of records to take or skip; `missing` stands for null."""

    def count(value: Any) -> int | None:
        if value is None:
            return missing
        if type(value) is not int or not 0 <= value <= _HIGHEST:
            raise _invalid(name, "is_invalid", "is a number of records")
        return value

    return count


def _one(property: Property, column: Column[Any], operator: str, dialect: DialectName) -> Convert:
    if isinstance(column.type, ScaledDecimal):
        scale = column.type.scale
        return (
            exact if dialect == "postgresql" else lambda value: _integer(exact(value).scaleb(scale), operator)
        )
    if isinstance(column.type, Integer):
        return lambda value: (
            value if type(value) is int and 0 <= value < 2**31 else _integer(exact(value), operator)
        )
    if isinstance(column.type, String):
        return _TEXTS.get(operator, checked_text) if operator != "regex" else _regex(dialect)
    kind, loose = KINDS[property.kind], Constraints(kind=property.kind)
    return lambda value: kind.parse(value, loose)


def _integer(number: Decimal, operator: str) -> int | None:
    """The whole number with which the comparison comes out as with `number`; None where nothing can be equal."""
    whole = int(number.to_integral_value(ROUND_CEILING if operator in _UP else ROUND_FLOOR))
    if whole == number and _LOWEST <= whole <= _HIGHEST:
        return whole
    if operator in ("eq", "in"):
        return None
    # Nobody's number, so that all others differ from it.
    return _LOWEST if operator in ("neq", "nin") else max(_LOWEST, min(whole, _HIGHEST))


def _contained(value: Any) -> str:
    text = checked_text(value)
    if len(text) > _LONGEST_TEXT:
        raise Invalid("is_too_long", f"is matched with a text of more than {_LONGEST_TEXT:,} characters")
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


_TEXTS: dict[str, Convert] = {"matches": _contained, "does_not_match": _contained}


def _regex(dialect: DialectName) -> Convert:
    def pattern(value: Any) -> str:
        text = checked_text(value)
        try:
            rendered = postgres_pattern(text)
        except PatternError as error:
            raise Invalid("is_invalid", f"is matched with a wrong pattern: {error}") from None
        return rendered if dialect == "postgresql" else text

    return pattern


def _checked(name: str, convert: Callable[[Any], Any]) -> Convert:
    def checked(value: Any) -> Any:
        try:
            return convert(value)
        except Invalid as problem:
            raise _invalid(name, problem.code, str(problem)) from None

    return checked


def _invalid(name: str, code: str, message: str) -> BadInput:
    return BadInput(f"{name} {message}", {name: [code]})
