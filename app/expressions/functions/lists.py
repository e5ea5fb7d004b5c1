"""Functions of lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key
from typing import Any

from app.expressions import operators
from app.expressions.dates import as_instant
from app.expressions.errors import OperandError
from app.expressions.functions.declaration import Parameter, function
from app.expressions.kinds import Kind, kind_of, kind_word
from app.expressions.limits import MAX_COMPARED
from app.expressions.operators import INSTANTS, part_of
from app.expressions.values import Budget, plain

LIST = Parameter("list", Kind.LIST)
KEY = Parameter("key", Kind.TEXT)
AMOUNTS = Kind.LIST | Kind.NUMBER | Kind.DURATION | Kind.CALENDAR_DURATION
COMPARABLE = (
    Kind.LIST | Kind.NUMBER | Kind.TEXT | Kind.INSTANT | Kind.TIME | Kind.DURATION | Kind.CALENDAR_DURATION
)


@function(
    Parameter("value", Kind.LIST | Kind.TEXT | Kind.OBJECT | Kind.NULL),
    result=Kind.NUMBER,
    example="size([1, 2])",
    gives="2",
)
def size(value: Any) -> int:
    """How many elements a list, characters a text or parts an object has; of null 0."""
    return 0 if value is None else len(value)


@function(LIST, result=Kind.ANY, passes_null=True, example="first([1, 2])", gives="1")
def first(elements: Any) -> Any:
    """The first element of a list; null of an empty one."""
    return plain(elements[0]) if elements else None


@function(LIST, result=Kind.ANY, passes_null=True, example="last([1, 2])", gives="2")
def last(elements: Any) -> Any:
    """The last element of a list; null of an empty one."""
    return plain(elements[-1]) if elements else None


@function(
    Parameter("values", AMOUNTS | Kind.NULL, many=True),
    result=Kind.NUMBER | Kind.DURATION | Kind.CALENDAR_DURATION,
    example="sum([1, 2.5, null])",
    gives="3.5",
)
def sum_(*values: Any) -> Any:
    """The sum of a list or of the arguments; nulls are left out, and of nothing it is 0."""
    amounts = _amounts(values)
    return _total(amounts) if amounts else 0


@function(
    Parameter("values", AMOUNTS | Kind.NULL, many=True),
    result=Kind.NUMBER | Kind.DURATION | Kind.NULL,
    example="avg([1, 2, null])",
    gives="1.5",
)
def avg(*values: Any) -> Any:
    """The average of a list or of the arguments; nulls are left out, and of nothing it is null."""
    amounts = _amounts(values)
    return operators.divide(_total(amounts), len(amounts)) if amounts else None


@function(
    Parameter("values", COMPARABLE | Kind.NULL, many=True),
    result=(COMPARABLE | Kind.NULL) & ~Kind.LIST,
    example="min(3, 1, 2)",
    gives="1",
)
def min_(*values: Any) -> Any:
    """The least of a list or of the arguments; nulls are left out, and of nothing it is null."""
    return _extreme(values, -1)


@function(
    Parameter("values", COMPARABLE | Kind.NULL, many=True),
    result=(COMPARABLE | Kind.NULL) & ~Kind.LIST,
    example="max([3, 1, 2])",
    gives="3",
)
def max_(*values: Any) -> Any:
    """The greatest of a list or of the arguments; nulls are left out, and of nothing it is null."""
    return _extreme(values, 1)


@function(
    LIST,
    KEY,
    result=Kind.LIST,
    passes_null=True,
    example='pluck([map_of("name", "Ada"), map_of("age", 36)], "name")',
    gives='["Ada", null]',
)
def pluck(elements: Any, key: str) -> list[Any]:
    """One part of each element of a list."""
    return [plain(part_of(element, key)) for element in elements]


@function(
    LIST,
    Parameter("key", Kind.TEXT | Kind.NULL, optional=True),
    Parameter("order", Kind.TEXT, optional=True),
    result=Kind.LIST,
    passes_null=True,
    example='sort_by([3, null, 1], null, "desc")',
    gives="[3, 1, null]",
)
def sort_by(elements: Any, key: str | None = None, order: str = "asc") -> list[Any]:
    """The list in order of a part of its elements, or of themselves; `desc` turns it. Null comes last."""
    if order.lower() not in ("asc", "desc"):
        raise OperandError("the order is neither asc nor desc")
    keyed = [(plain(part_of(element, key) if key else element), element) for element in elements]
    present = [pair for pair in keyed if pair[0] is not None]
    absent = [element for value, element in keyed if value is None]
    present.sort(key=_in_order, reverse=order.lower() == "desc")
    return [element for _, element in present] + absent


@function(
    LIST,
    Parameter("key", Kind.TEXT, optional=True),
    result=Kind.LIST,
    passes_null=True,
    example="distinct([1, 2, 1.0])",
    gives="[1, 2]",
)
def distinct(elements: Any, key: str | None = None) -> list[Any]:
    """The list without what it has already, as a whole or by a part of its elements; the first stays."""
    budget = Budget(MAX_COMPARED)
    seen = set()
    kept = []
    for element in elements:
        mark = _mark(part_of(element, key) if key else element, budget)
        if mark not in seen:
            seen.add(mark)
            kept.append(plain(element))
    return kept


def _compare(one: tuple[Any, Any], other: tuple[Any, Any]) -> int:
    return operators.order(one[0], other[0])


_in_order = cmp_to_key(_compare)


def _values(values: tuple[Any, ...]) -> list[Any]:
    """The elements of the only argument if it is a list, else the arguments; without nulls."""
    elements = values[0] if len(values) == 1 and isinstance(values[0], list | tuple) else values
    return [plain(element) for element in elements if element is not None]


def _amounts(values: tuple[Any, ...]) -> list[Any]:
    amounts = _values(values)
    for amount in amounts:
        if kind_of(amount) not in (Kind.NUMBER, Kind.DURATION, Kind.CALENDAR_DURATION):
            raise OperandError(f"{kind_word(amount)} is no amount")
    return amounts


def _total(amounts: list[Any]) -> Any:
    total = amounts[0]
    for amount in amounts[1:]:
        total = operators.add(total, amount)
    return total


def _extreme(values: tuple[Any, ...], direction: int) -> Any:
    chosen = None
    for value in _values(values):
        if chosen is None:
            operators.order(value, value)
        if chosen is None or operators.order(value, chosen) == direction:
            chosen = value
    return chosen


def _mark(value: Any, budget: Budget) -> Any:
    """Something that is the same for values that are equal, and only for them."""
    budget.spend()
    value = plain(value)
    kind = kind_of(value)
    if kind is Kind.LIST:
        return (kind, tuple(_mark(element, budget) for element in value))
    if isinstance(value, Mapping):
        return (kind, frozenset((key, _mark(part, budget)) for key, part in value.items()))
    if kind in INSTANTS:
        return (Kind.INSTANT, as_instant(value))
    return (kind, id(value) if kind is Kind.UNKNOWN else value)
