"""How the values of properties leave the database: JSON-ready for the wire, Python's own for steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Boolean
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

from app.definition.model import Property
from app.expressions import EvaluationError, Expression, to_plain
from app.properties import KINDS
from app.properties.base import PropertyKind
from app.storage.columns import IsoDate, IsoTime, ScaledDecimal, UtcDateTime
from app.storage.prepare import Convert, result_processor
from app.storage.shape import Cell, Node, ScaledCell

Form = Literal["wire", "python"]
FILES = frozenset({"File", "Image"})

_FLOAT_DIGITS = 15
# What SQLite holds of these is the very text of the answer.
_TEXTS_OF_ANSWERS = (UtcDateTime, IsoDate, IsoTime)


def cell(place: int, property: Property, type_: TypeEngine[Any], dialect: Dialect, form: Form) -> Node:
    """What stands in the answer for the column at `place`."""
    if form == "wire" and isinstance(type_, ScaledDecimal):
        if dialect.name == "sqlite":
            return ScaledCell(place, 10**type_.scale, _decimal(type_.scale))
        return Cell(place, _number(10 ** (_FLOAT_DIGITS - type_.scale)))
    return Cell(place, cell_converter(property, type_, dialect, form))


def cell_converter(
    property: Property, type_: TypeEngine[Any], dialect: Dialect, form: Form
) -> Convert | None:
    """What makes the answer of a column's value that is not null; None where it is the answer."""
    if isinstance(type_, Boolean):
        # The type's own takes nulls in its stride and is slower.
        return bool if dialect.name == "sqlite" else None
    if form == "wire" and dialect.name == "sqlite" and isinstance(type_, _TEXTS_OF_ANSWERS):
        return None
    if form == "wire" and isinstance(type_, UtcDateTime):
        # The driver gives moments in UTC already.
        return KINDS[property.kind].render
    if isinstance(type_, ScaledDecimal) and dialect.name == "sqlite":
        return _decimal(type_.scale)
    process = result_processor(type_, dialect)
    render = _render(property) if form == "wire" else None
    if process is None or render is None:
        return process or render
    return lambda value: render(process(value))


def reads_as_text(type_: TypeEngine[Any], dialect: Dialect, form: Form) -> bool:
    """Whether an answer is made of a column's text, which PostgreSQL's driver gives much sooner than a Decimal."""
    return form == "wire" and dialect.name == "postgresql" and isinstance(type_, ScaledDecimal)


def text_cell(place: int, type_: TypeEngine[Any]) -> Cell:
    """What stands in the answer for the text at `place` of such a column."""
    assert isinstance(type_, ScaledDecimal)
    # The digits, and the point where there is one.
    longest = _FLOAT_DIGITS + (type_.scale > 0)
    other = _number(10 ** (_FLOAT_DIGITS - type_.scale))
    return Cell(place, lambda text: float(text) if len(text) <= longest else other(Decimal(text)))


def computation(expression: Expression, form: Form) -> Callable[[Mapping[str, Any]], Any]:
    """The function that computes a property of kind expression; null where the values do not allow it."""

    def compute(values: Mapping[str, Any]) -> Any:
        try:
            value = expression.evaluate(values)
            return to_plain(value) if form == "wire" else value
        except EvaluationError:
            return None

    return compute


def _decimal(scale: int) -> Convert:
    exponent = -scale
    return lambda value: Decimal(value).scaleb(exponent)


def number(value: Decimal) -> Any:
    """A decimal as a float where that is the very same number, which it is up to 15 digits; no zeros at its end."""
    plain = value.normalize()
    _, digits, exponent = plain.as_tuple()
    if len(digits) + max(int(exponent), 0) <= _FLOAT_DIGITS:
        return float(plain)
    return Decimal(int(plain)) if int(exponent) > 0 else plain


def _number(limit: int) -> Convert:
    """A decimal as a float where that is the very same number, which it is up to 15 digits."""
    return lambda value: float(value) if -limit < value < limit else value


def _render(property: Property) -> Convert | None:
    kind = KINDS[property.kind]
    return None if type(kind).render is PropertyKind.render else kind.render
