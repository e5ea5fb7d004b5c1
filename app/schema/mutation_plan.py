"""Mutations compiled once: their fields are run one after the other, as GraphQL's executor would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLField,
    get_argument_values,
    located_error,
)
from graphql.execution.values import VariableValues

from app.resolvers.context import Context
from app.resolvers.repeats import part
from app.schema.mutation_field import Asked, MutationField
from app.schema.operands import Operands
from app.schema.slots import Slot
from app.schema.uses import variables_in

Arguments = Callable[[VariableValues], Mapping[str, Any]]
"""Makes a field's arguments of a request's variables; raises `GraphQLError` for what does not fit."""


@dataclass(frozen=True, slots=True)
class CompiledField:
    """One root field."""

    nodes: Sequence[FieldNode]
    root: MutationField
    nullable: bool
    arguments: Arguments
    selected: Any
    operands: Operands


@dataclass(frozen=True, slots=True)
class CompiledMutation:
    """The plan of one operation."""

    fields: tuple[tuple[str, CompiledField | str], ...]
    """Each by its response key; a text stands for itself."""

    @property
    def size(self) -> int:
        """How many operands it has."""
        return sum(len(one.operands.items) for _, one in self.fields if not isinstance(one, str))

    async def run(self, context: Context, variables: VariableValues) -> ExecutionResult:
        """The answer with its errors; what this raises was raised before anything was done."""
        asked = [
            one if isinstance(one, str) else (one, _asked(one, part(context, key), variables))
            for key, one in self.fields
        ]
        data: dict[str, Any] = {}
        errors: list[GraphQLError] = []
        for (key, _), each in zip(self.fields, asked, strict=True):
            if isinstance(each, str):
                data[key] = each
                continue
            one, request = each
            try:
                data[key] = await one.root.run(request)
            except Exception as error:
                errors.append(located_error(error, one.nodes, [key]))
                if not one.nullable:
                    return ExecutionResult(None, errors)
                data[key] = None
        return ExecutionResult(data, errors or None)


def arguments_of(
    field: GraphQLField, node: FieldNode, symbolic: VariableValues, whole: frozenset[str]
) -> Arguments:
    """What makes the arguments; `symbolic` has slots in place of values. Raises for what never fits."""
    if not variables_in([argument.value for argument in node.arguments or ()]) <= whole:
        return lambda variables: get_argument_values(field, node, variables)
    fixed = get_argument_values(field, node, symbolic)
    slots = [(name, value) for name, value in fixed.items() if isinstance(value, Slot)]

    def made(variables: VariableValues) -> Mapping[str, Any]:
        return {**fixed, **{name: slot.value(variables.coerced) for name, slot in slots}}

    return made


def _asked(one: CompiledField, context: Context, variables: VariableValues) -> Asked:
    values = one.operands.bind(context, variables.coerced)
    return Asked(context, one.arguments(variables), one.selected, values)
