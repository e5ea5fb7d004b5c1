"""The columns of a statement that aggregates, and how its rows become answers.

Sums are exact on both databases and averages are made of them here, so that both answer alike: SQLite's own sum fails
beyond 64 bits and its average is a binary number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.types import TypeEngine

from app.errors import BadInput
from app.properties import KINDS
from app.storage.columns import ScaledDecimal
from app.storage.compile.cells import Form, cell, number
from app.storage.compile.sources import Shown, Sources
from app.storage.selection import Bundle, Constant, Figure, Leaf, Part
from app.storage.shape import Cell, Computed, Fixed, Node, Object

Numbers = Mapping[str, Any]
_MORE_DIGITS = 6
"""Of an average, behind those of its property."""
_HALF = 32
"""Bits of the lower half of a number whose sum may need more than 64."""


class Figures:
    """Columns for the records of `shown`, or for groups of them."""

    def __init__(self, sources: Sources, form: Form, shown: Shown, by: Sequence[str] = ()) -> None:
        self.columns: list[ColumnElement[Any]] = []
        self.nothing: list[Any] = []
        """The row of no records."""
        self.keys = [self._key(shown, name) for name in by]
        self._sources = sources
        self._form: Form = form
        self._shown = shown
        self._by = frozenset(by)
        self._places: dict[tuple[str, ...], int] = {}

    def place(self, column: ColumnElement[Any], nothing: Any, *key: str) -> int:
        """Where the column stands in the rows; a column with the same key is read once."""
        if key not in self._places:
            self._places[key] = len(self.columns)
            self.columns.append(column)
            self.nothing.append(nothing)
        return self._places[key]

    def object(self, parts: Sequence[Part]) -> Object:
        """How an answer is made of a row."""
        return Object(tuple((part.key, self._part(part)) for part in parts))

    def _part(self, part: Part) -> Node:
        match part:
            case Constant(_, value):
                return Fixed(value)
            case Bundle(_, parts):
                return self.object(parts)
            case Leaf(_, name):
                return self._group_key(name)
            case Figure(_, "count", None):
                return Cell(self.place(func.count(), 0, "count"))
            case Figure(_, function, name):
                return self._figure(function, str(name))

    def _group_key(self, name: str) -> Node:
        if name not in self._by:
            raise BadInput(f"{name} is not grouped by.", {"by": ["is_invalid"]})
        return self._cell(name, self._shown.column(name), name)

    def _figure(self, function: str, name: str) -> Node:
        property = self._shown.property(name)
        kind = KINDS[property.kind]
        if function in ("sum", "avg") and kind.summable:
            return self._sum(name) if function == "sum" else self._average(name)
        if function in ("min", "max") and kind.ranked:
            column = self._shown.column(name)
            return self._cell(
                name, func.min(column) if function == "min" else func.max(column), function, name
            )
        raise BadInput(f"There is no {function} of {name}.", {name: ["is_invalid"]})

    def _cell(self, name: str, column: ColumnElement[Any], *key: str) -> Node:
        place = self.place(column, None, *key)
        type_ = self._shown.model.columns[name].type
        return cell(place, self._shown.property(name), type_, self._sources.rendered, self._form)

    def _sum(self, name: str) -> Node:
        scale, wire = self._scale(name), self._form == "wire"
        if not isinstance(self._type(name), ScaledDecimal):
            return Cell(self._total(name)["total"].place, int)

        def total(numbers: Numbers) -> Any:
            exact = Decimal(_scaled(numbers, scale)).scaleb(-scale)
            return number(exact) if wire else exact

        return Computed(total, tuple(self._total(name).items()))

    def _average(self, name: str) -> Node:
        scale, wire = self._scale(name), self._form == "wire"
        count = Cell(self.place(func.count(self._shown.column(name)), 0, "count", name))

        def average(numbers: Numbers) -> Any:
            if not numbers["count"]:
                return None
            exact = _quotient(_scaled(numbers, scale) * 10**_MORE_DIGITS, numbers["count"])
            value = Decimal(exact).scaleb(-scale - _MORE_DIGITS)
            return number(value) if wire else value

        return Computed(average, (*self._total(name).items(), ("count", count)))

    def _total(self, name: str) -> dict[str, Cell]:
        """The cells of which `_scaled` makes a sum."""
        column = self._shown.column(name)
        if self._sources.dialect == "sqlite" and isinstance(self._type(name), ScaledDecimal):
            high, low = column.op(">>")(literal_column(str(_HALF))), column.op("&")(literal_column(str(_LOW)))
            return {
                "high": Cell(self.place(_sum(high), 0, "high", name)),
                "low": Cell(self.place(_sum(low), 0, "low", name)),
            }
        return {"total": Cell(self.place(_sum(column), 0, "sum", name))}

    def _type(self, name: str) -> TypeEngine[Any]:
        return self._shown.model.columns[name].type

    def _scale(self, name: str) -> int:
        type_ = self._type(name)
        return type_.scale if isinstance(type_, ScaledDecimal) else 0

    def _key(self, shown: Shown, name: str) -> ColumnElement[Any]:
        property = shown.property(name)
        if not KINDS[property.kind].sortable:
            raise BadInput(f"Nothing can be grouped by {name}.", {"by": ["is_invalid"]})
        return shown.column(name)


_LOW = 2**_HALF - 1


def _sum(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(value), literal_column("0"))


def _scaled(numbers: Numbers, scale: int) -> int:
    """The sum as a whole number of the smallest unit."""
    if "high" in numbers:
        return int((numbers["high"] << _HALF) + numbers["low"])
    return int(Decimal(numbers["total"]).scaleb(scale))


def _quotient(total: int, count: int) -> int:
    """The nearest whole number; a half goes away from zero."""
    nearest = (2 * abs(total) + count) // (2 * count)
    return nearest if total >= 0 else -nearest
