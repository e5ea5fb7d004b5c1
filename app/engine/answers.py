"""What can be told of an action's answer before it runs, for doors that describe it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definition.model import Action, Application
from app.definition.steps import Step
from app.definition.walk import Found, walk
from app.expressions.kinds import Kind
from app.expressions.parser import parse
from app.expressions.syntax import Access, Constant, Node, Variable
from app.functions import kind_of
from app.properties import KINDS

RESULT = "result"
"""The name of the one value of an action that has `result` in place of `outputs`."""


@dataclass(frozen=True, slots=True)
class ValueType:
    """What a value is unless it is null: of a property kind, or a record of a model or a list of them, known by id."""

    kind: str = ""
    model: str = ""
    many: bool = False


_BY_KIND: Mapping[Kind, ValueType] = {
    Kind.BOOLEAN: ValueType("boolean"),
    Kind.TEXT: ValueType("text"),
    Kind.NUMBER: ValueType("decimal"),
    Kind.DATE: ValueType("date"),
    Kind.DATE_TIME: ValueType("date_time"),
    Kind.TIME: ValueType("time"),
}


def answer_types(application: Application, action: Action) -> dict[str, ValueType | None] | None:
    """The type of each output, or of the one `result`; None for what only the run can tell.

    None for all where the action answers nothing, or `finish` may answer something else.
    """
    values = action.outputs or ({} if action.result is None else {RESULT: action.result})
    if not values:
        return None
    parts = [*walk(action)]
    if any(_answers(found.value) for found in parts):
        return None
    known = _variables(action, parts)
    return {name: _type_of_raw(application, value.raw, known) for name, value in values.items()}


def columns(application: Application, action: Action) -> tuple[str, ...]:
    """The names in each record of a result that is a list of whole ones; none where that can't be told."""
    of = (answer_types(application, action) or {}).get(RESULT)
    if of is None or not of.many or action.run_as == "caller":
        return ()
    model = application.models[of.model]
    own = [name for name, property in model.all_properties.items() if KINDS[property.kind].readable]
    return (*own, *(name for name, relation in model.relations.items() if relation.kind == "belongs_to"))


def _answers(part: Any) -> bool:
    return isinstance(part, Step) and part.kind == "finish" and part.options.result.raw is not None


def _variables(action: Action, parts: Sequence[Found]) -> dict[str, ValueType]:
    """The names that are of one type wherever they are set."""
    types: defaultdict[str, set[ValueType | None]] = defaultdict(set)
    for name, input in action.input.items():
        types[name].add(ValueType(input.kind) if input.kind else None)
    for found in parts:
        if found.to == "result":
            types[found.value].add(None)
        if isinstance(found.value, Step):
            step = found.value
            for set_by_loop in (step.each, step.index):
                types[set_by_loop or ""].add(None)
            types[step.as_ or ""].add(_result_of(step))
    return {name: one for name, (one, *others) in types.items() if one is not None and not others}


def _result_of(step: Step) -> ValueType | None:
    kind = kind_of(step)
    model, many = kind.record_of(step.options), kind.records_of(step.options)
    if model is None and many is None:
        return None
    return ValueType(model=model or many or "", many=model is None)


def _type_of_raw(application: Application, raw: Any, known: Mapping[str, ValueType]) -> ValueType | None:
    if isinstance(raw, str) and raw.startswith("="):
        return _type(application, parse(raw[1:]), known)
    return ValueType("text") if isinstance(raw, str) else None


def _type(application: Application, node: Node, known: Mapping[str, ValueType]) -> ValueType | None:
    if isinstance(node, Variable):
        return known.get(node.name)
    if not isinstance(node, Access):
        return _BY_KIND.get(node.kinds & ~Kind.NULL)
    found = _type(application, node.base, known)
    for key in node.keys:
        found = _part(application, found, key)
    return found


def _part(application: Application, of: ValueType | None, key: Node) -> ValueType | None:
    """A property of a record, or the record that it belongs to."""
    if of is None or of.many or of.model not in application.models or not isinstance(key, Constant):
        return None
    model = application.models[of.model]
    property = model.all_properties.get(key.value)
    if property is not None:
        return ValueType(property.kind) if KINDS[property.kind].readable else None
    relation = model.relations.get(key.value)
    return ValueType(model=relation.model) if relation and relation.kind == "belongs_to" else None
