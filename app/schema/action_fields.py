"""Each action that may be called by its id as a mutation of its own, with typed arguments and answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.definition.model import Action, Application, Input
from app.definition.names import SHAPE, action_field, answer_type
from app.engine.answers import RESULT, ValueType, answer_types
from app.properties import KINDS
from app.resolvers.actions import run_action
from app.resolvers.records import read_by_ids
from app.resolvers.sources import wanted, written
from app.schema.fields import Argument, field, filled, shell
from app.schema.mutation_field import Asked, MutationField
from app.schema.names import ModelNames
from app.schema.scalars import JSON, PYTHON_TYPES
from app.schema.selections import Nodes, Reader
from app.schema.types import ModelTypes
from app.storage.selection import Selection

Types = Mapping[str, ModelTypes]
Part = tuple[str, str, Selection | None]
_DEFAULTS: Mapping[str, type] = {"String": str, "Int": int, "Boolean": bool}
"""The GraphQL types whose defaults the schema shows; those of others are left to the action."""


def action_fields(application: Application, types: Types) -> Iterator[MutationField]:
    """`uploadFile(file: URL!): UploadFileResult` for each action that says whom it allows."""
    for action in application.actions.values():
        if action.allow:
            yield _action_field(application, action, types)


def _action_field(application: Application, action: Action, types: Types) -> MutationField:
    name = action_field(action.name)
    about = action.description.strip() or f"Runs the action `{action.name}`."
    arguments = [_argument(name, input, types) for name, input in action.input.items()]
    call = _Call(action, {name: one.names for name, one in types.items()})
    told = answer_types(application, action)
    if told is None or not all(map(SHAPE.fullmatch, told)):
        return MutationField(field(name, JSON | None, about, arguments), call.run)
    models = {name: types[of.model].names for name, of in told.items() if of and of.model in types}
    outputs = _Outputs(answer_type(action.name), call, models)
    fields = [field(name, _annotation(of, types) | None) for name, of in told.items()]
    type_ = filled(shell(outputs.type), fields, f"What `{name}` answers.")
    return MutationField(field(name, type_ | None, about, arguments), outputs.run, outputs.select)


def _argument(name: str, input: Input, types: Types) -> Argument:
    about = ": ".join(text for text in (input.label, input.description) if text)
    annotation: Any = JSON
    if input.model is None:
        kind = KINDS[input.kind]
        graphql = kind.graphql_input or kind.graphql
        annotation = PYTHON_TYPES.get(graphql, str)
        if type(input.default) is _DEFAULTS.get(graphql) and not _computed(input.default):
            return Argument(name, annotation | None, input.default, about or None)
    elif input.model in types:
        annotation = types[input.model].input or JSON
    sure = input.required and input.default is None
    return Argument(name, annotation if sure else annotation | None, description=about or None)


def _computed(default: Any) -> bool:
    return isinstance(default, str) and default.startswith("=")


def _annotation(of: ValueType | None, types: Types) -> Any:
    """The type of one value; JSON where only the run can tell, and for files, which an action knows by reference."""
    if of is None:
        return JSON
    if of.model in types:
        record = types[of.model].record
        return list[record] if of.many else record  # type: ignore[valid-type]
    if of.model:
        return JSON
    return PYTHON_TYPES.get(KINDS[of.kind].graphql, JSON)


@dataclass(frozen=True, slots=True)
class _Call:
    """Runs one action with a field's arguments."""

    action: Action
    names: Mapping[str, ModelNames]

    async def run(self, asked: Asked) -> Any:
        """The action's result, JSON-ready."""
        input = {name: self._value(self.action.input[name], one) for name, one in asked.arguments.items()}
        return await run_action(asked.context, self.action.uuid.hex, input)

    def _value(self, input: Input, value: Any) -> Any:
        """A record's values by the names of the definition."""
        names = self.names.get(input.model or "")
        if names is None or not isinstance(value, Mapping):
            return value
        known = {**names.inputs, **names.input_relations}
        return {known.get(key, key): one for key, one in value.items()}


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The answer of one action as an object; its records are read anew, as the caller may read them."""

    type: str
    call: _Call
    models: Mapping[str, ModelNames]
    """The model of each output that is a record or a list of them."""

    def select(self, reader: Reader, nodes: Nodes) -> tuple[Part, ...]:
        """What is asked of each output; refused before anything is done where the caller may not read it."""
        asked = reader.collect(nodes, self.type)
        records = {
            key: reader.written_fields(self.models[same[0].name.value], same)
            for key, same in asked.items()
            if same[0].name.value in self.models
        }
        # Selections by id come last: their operand stands behind those of all.
        return tuple(
            (key, same[0].name.value, written(*records[key], reader.values) if key in records else None)
            for key, same in asked.items()
        )

    async def run(self, asked: Asked) -> Any:
        """The outputs that were asked for; null where the action ended without any."""
        result = await self.call.run(asked)
        values = result if self.call.action.outputs else {RESULT: result}
        if values is None:
            return None
        return {key: await self._part(asked, values, name, of) for key, name, of in asked.selected}

    async def _part(self, asked: Asked, values: Any, name: str, of: Selection | None) -> Any:
        if name == "__typename":
            return self.type
        value = values.get(name)
        if of is None or value is None:
            return value
        many = isinstance(value, list)
        ids = [one["id"] for one in (value if many else [value])]
        found = await read_by_ids(asked.context, ids, wanted(asked.context, of, asked.values))
        return [one for one in found if one is not None] if many else found[0]
