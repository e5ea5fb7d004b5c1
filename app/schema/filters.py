"""GraphQL's `where` and `sort` arguments as conditions and orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from app.definition.conditions import Compare, Condition, Every, Related, Some
from app.definition.names import snake
from app.errors import BadInput
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS, Constraints, Invalid
from app.schema.names import ModelNames
from app.schema.slots import late
from app.schema.types import SortOrder
from app.storage.selection import Direction, Sort, Source, Values

MOST_CONDITIONS = 500
"""Keys of one filter, on all its levels."""
MOST_ORDERS = 30
SourceOf = Callable[[str], Source]
"""The source of a model for the caller, its row filter's operands joined to the values at hand."""


def condition(
    where: Mapping[str, Any],
    model: ModelNames,
    names: Mapping[str, ModelNames],
    values: Values,
    source_of: SourceOf,
) -> Condition:
    """The condition of a coerced `where` argument; operands are parsed by their property's kind.

    BadInput when there are more than `MOST_CONDITIONS`: a document's length is limited, but variables may hold more.
    """
    if _count(where) > MOST_CONDITIONS:
        raise BadInput(f"A filter has at most {MOST_CONDITIONS} conditions.")

    def nested(where: Mapping[str, Any], model: ModelNames) -> Condition:
        return Every(tuple(part for key, value in where.items() for part in entry(key, value, model)))

    def entry(key: str, value: Any, model: ModelNames) -> Iterator[Condition]:
        if value is None:
            return
        if key in ("_and", "_or"):
            parts = tuple(nested(part, model) for part in value)
            yield Every(parts) if key == "_and" else Some(parts)
        elif key in model.properties:
            yield from _comparisons(model, model.properties[key], value, values)
        else:
            relation = model.relations[key]
            other = model.model.relations[relation].model
            shown = source_of(other)
            yield Related(relation, nested(value, names[other]), shown.rows, shown.names)

    return nested(where, model)


def orders(
    sort: list[Mapping[str, Any]] | None,
    model: ModelNames,
    names: Mapping[str, ModelNames],
    source_of: SourceOf,
) -> tuple[Sort, ...]:
    """The orders of a coerced `sort` argument; related records that the caller may not read count as absent."""
    if len(sort or ()) > MOST_ORDERS:
        raise BadInput(f"There are at most {MOST_ORDERS} orders.")
    return tuple(order for entry in sort or () for order in _orders(entry, model, names, source_of))


def _count(where: Any) -> int:
    """How many keys a filter has on all levels."""
    if isinstance(where, Mapping):
        return sum(1 + _count(value) for value in where.values())
    return sum(map(_count, where)) if isinstance(where, list) else 0


def _comparisons(
    model: ModelNames, name: str, operands: Mapping[str, Any], values: Values
) -> Iterator[Condition]:
    property = model.model.all_properties[name]
    # Operands are values of the kind, but need not fulfil what the property demands of its records.
    loose = Constraints(kind=property.kind, scale=property.scale)
    for key, operand in operands.items():
        operator = snake(key)
        if operator in EXISTENCE_OPERATORS:
            if operand is not None:
                yield Compare(name, _existence(operator, operand))
            continue
        parsed = late(operand, partial(_operand, name, operator, loose))
        yield Compare(name, operator, values.add(parsed))


def _existence(operator: str, wanted: bool) -> str:
    return "exists" if wanted == (operator == "exists") else "does_not_exist"


def _operand(name: str, operator: str, constraints: Constraints, operand: Any) -> Any:
    kind = KINDS[constraints.kind]
    if operand is None or kind.graphql in ("String", "Int", "Boolean", "File", "Image"):
        return operand
    try:
        if operator in ("in", "nin"):
            return [kind.parse(item, constraints) for item in operand if item is not None]
        return kind.parse(operand, constraints)
    except Invalid as problem:
        raise BadInput(f"where.{name}.{operator} {problem}", {name: [problem.code]}) from None


def _orders(
    entry: Mapping[str, Any], model: ModelNames, names: Mapping[str, ModelNames], source_of: SourceOf
) -> Iterator[Sort]:
    if entry.get("field") is not None:
        yield Sort(model.properties[entry["field"].value], _direction(entry.get("order")))
    for key, fields in (entry.get("relation") or {}).items():
        relation = model.relations[key]
        other = names[model.model.relations[relation].model]
        sources = (source_of(other.model.name),)
        for field, order in (fields or {}).items():
            yield Sort(other.properties[field], _direction(order), (relation,), sources)


def _direction(order: SortOrder | None) -> Direction:
    return "desc" if order is SortOrder.DESC else "asc"
