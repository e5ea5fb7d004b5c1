"""Strawberry types of what the records of a model come to: counts, sums, averages, extremes, and groups."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from app.properties import KINDS
from app.schema.fields import field, filled, output, shell
from app.schema.names import ModelNames


@dataclass(frozen=True, slots=True)
class AggregateTypes:
    """The types of one model."""

    aggregate: type
    grouped: type
    group_field: Any
    """The enum of what can be grouped by."""


def aggregate_types(model: ModelNames) -> AggregateTypes:
    """The types for what of a model can be read."""
    aggregate = _filled(model, "Aggregate", _figures(model), "What {} records come to.")
    key = [field(name, _output(model, name) | None) for name in model.sortable]
    grouped = [
        field("key", _filled(model, "GroupKey", key, "What the {} records of a group agree in.")),
        field("aggregate", aggregate, "What the records of the group come to."),
    ]
    return AggregateTypes(
        aggregate, _filled(model, "Grouped", grouped, "{} records that agree."), _group_field(model)
    )


def _figures(model: ModelNames) -> list[StrawberryField]:
    fields = [field("count", int, "How many records.")]
    if model.summable:
        sums = [field(name, Decimal) for name in model.summable]
        averages = [field(name, Decimal | None) for name in model.summable]
        fields += [
            field("sum", _filled(model, "Sums", sums, "Sums over {} records; 0 where there are no values.")),
            field(
                "avg",
                _filled(
                    model,
                    "Averages",
                    averages,
                    "Averages over {} records with a value, to six digits more than the values have.",
                ),
            ),
        ]
    if model.ranked:
        extremes = [field(name, _output(model, name) | None) for name in model.ranked]
        type_ = _filled(model, "Extremes", extremes, "The least or greatest values of {} records.")
        fields += [field("min", type_, "The least values."), field("max", type_, "The greatest values.")]
    return fields


def _filled(model: ModelNames, suffix: str, fields: list[StrawberryField], description: str) -> type:
    return filled(shell(f"{model.type}{suffix}"), fields, description.format(model.type))


def _output(model: ModelNames, name: str) -> Any:
    return output(KINDS[model.model.all_properties[model.properties[name]].kind].graphql)


def _group_field(model: ModelNames) -> Any:
    # Members get names that mean nothing to Python's enums, as `mro` would.
    made = Enum(f"{model.type}GroupField", {f"by_{name}": name for name in model.sortable})  # type: ignore[misc]
    description = f"The properties that {model.type} records can be grouped by."
    return strawberry.enum(made, description=description, graphql_name_from="value")
