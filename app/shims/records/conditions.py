"""`filters`: groups of conditions, each with a path of properties' uuids or names, a predicate and criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.definition.conditions import Compare, Condition, Every, Parameter, Related, Some
from app.definition.model import Application, Model
from app.definition.names import snake
from app.errors import BadInput
from app.json_text import JsonError, read_quick_json
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS
from app.shims.records.addresses import Addresses

MOST_CONDITIONS = 500
_MOST_NESTED = 20
_MOST_STEPS = 10
"""Relations that one path goes along."""
Visible = Callable[[str], frozenset[str]]
"""The names of a model's properties and relations that the caller may read; raises where it may read none."""

_SPELLINGS: Mapping[str, str] = {
    "equals": "eq",
    "equal": "eq",
    "is": "eq",
    "ne": "neq",
    "not_eq": "neq",
    "not_equals": "neq",
    "is_not": "neq",
    "gte": "gteq",
    "gt_eq": "gteq",
    "lte": "lteq",
    "lt_eq": "lteq",
    "not_in": "nin",
    "contains": "matches",
    "cont": "matches",
    "like": "matches",
    "not_matches": "does_not_match",
    "not_contains": "does_not_match",
    "does_not_contain": "does_not_match",
    "not_cont": "does_not_match",
    "start": "starts_with",
    "end": "ends_with",
    "present": "exists",
    "is_present": "exists",
    "not_null": "exists",
    "blank": "does_not_exist",
    "is_blank": "does_not_exist",
    "not_exists": "does_not_exist",
    "null": "does_not_exist",
}


@dataclass(slots=True)
class ConditionParser:
    """Reads the filters of one request; operands gather in `operands`, in the order of their parameters."""

    application: Application
    addresses: Addresses
    visible: Visible
    operands: list[Any] = field(default_factory=list)
    _left: int = MOST_CONDITIONS

    def parse(self, model: Model, filters: Any) -> Condition:
        """The condition of the parameter `filters`: JSON as text or read already; raises `BadInput`."""
        if isinstance(filters, str):
            try:
                filters = read_quick_json(filters.encode())
            except JsonError as error:
                raise _wrong(f"is not JSON: {error}") from None
        return self._group(model, filters, _MOST_NESTED)

    def compare_ids(self, ids: list[int]) -> Condition:
        """The condition that a record's id is one of these."""
        return Compare("id", "in", self._operand(ids))

    def _group(self, model: Model, group: Any, depth: int) -> Condition:
        if depth == 0:
            raise _wrong(f"nests more than {_MOST_NESTED} deep")
        if isinstance(group, list):
            return Every(tuple(self._group(model, part, depth - 1) for part in group))
        if not isinstance(group, Mapping):
            raise _wrong("is a list of {operator, conditions}")
        if "conditions" not in group:
            return self._condition(model, group)
        operator, parts = group.get("operator", "and"), group["conditions"]
        if not isinstance(parts, list) or operator not in ("and", "or", "AND", "OR"):
            raise _wrong("has groups with the operator and or or, and a list of conditions")
        made = tuple(self._group(model, part, depth - 1) for part in parts)
        return Every(made) if operator in ("and", "AND") or not made else Some(made)

    def _condition(self, model: Model, condition: Mapping[str, Any]) -> Condition:
        self._left -= 1
        if self._left < 0:
            raise _wrong(f"has more than {MOST_CONDITIONS} conditions")
        path, predicate = condition.get("path"), condition.get("predicate")
        given = path if isinstance(path, list) else [path]
        steps = [step for step in given if isinstance(step, str)]
        if not isinstance(predicate, str) or len(steps) < len(given):
            raise _wrong("has conditions with a path, a predicate and criteria")
        if not 0 < len(steps) <= _MOST_STEPS:
            raise _wrong(f"has a path of more than {_MOST_STEPS} parts, or of none")
        operator = _SPELLINGS.get(snake(predicate), snake(predicate))
        return self._at(model, steps, operator, condition.get("criteria"))

    def _at(self, model: Model, steps: list[str], operator: str, criteria: Any) -> Condition:
        """The condition at the end of a path; a relation at its end stands for the related record's id."""
        name = self.addresses.member(model, steps[0])
        if name is None or name not in self.visible(model.name):
            raise _wrong(f"has an unknown property {steps[0]!r} of {model.name}")
        if name in model.relations:
            other = self.application.models[model.relations[name].model]
            if operator == "exists" and len(steps) == 1:
                self.visible(other.name)
                return Related(name, Every())
            return Related(name, self._at(other, steps[1:] or ["id"], operator, criteria))
        if len(steps) > 1:
            raise _wrong(f"has a path on from {steps[0]!r}, which is no relation")
        return self._compare(model, name, operator, criteria)

    def _compare(self, model: Model, name: str, operator: str, criteria: Any) -> Condition:
        kind = KINDS[model.all_properties[name].kind]
        known = (kind.operators if kind.stored else frozenset()) | EXISTENCE_OPERATORS
        if operator not in known or not kind.stored:
            raise _wrong(f"can't compare {snake(name)} by {operator!r}")
        if operator in EXISTENCE_OPERATORS:
            wanted = criteria not in (False, "false")
            return Compare(name, "exists" if wanted == (operator == "exists") else "does_not_exist")
        return Compare(name, operator, self._operand(criteria))

    def _operand(self, value: Any) -> Parameter:
        self.operands.append(value)
        return Parameter(len(self.operands) - 1)


def _wrong(message: str) -> BadInput:
    return BadInput(f"filters {message}.", {"filters": ["is_invalid"]})
