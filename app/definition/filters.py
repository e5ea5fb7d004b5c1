"""Compiles filters as authors write them against their model; permissions and steps run what comes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.definition.conditions import ALWAYS, Compare, Condition, Every, Parameter, Related, Some
from app.definition.model import Application, Model, Property
from app.definition.source import Path
from app.definition.types import NestedError
from app.definition.where import Where
from app.expressions import EvaluationError, Value
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS, Invalid
from app.suggestions import did_you_mean

ORDERED = frozenset({"eq", "neq", "gt", "gteq", "lt", "lteq"})
LISTED = frozenset({"in", "nin"})


@dataclass(frozen=True, slots=True)
class Compiled:
    """A filter's shape and its operands in order."""

    condition: Condition
    values: tuple[Value, ...]


def compile_where(application: Application, model: Model, where: Where) -> Compiled:
    """The filter as a condition on records of `model`; raises NestedError with every mistake in it."""
    compiler = _Compiler(application)
    condition = compiler.mapping(model, where, ())
    if compiler.problems:
        raise NestedError(compiler.problems)
    return Compiled(condition, tuple(compiler.values))


@dataclass(slots=True)
class _Compiler:
    application: Application
    values: list[Value] = field(default_factory=list)
    problems: list[tuple[Path, str]] = field(default_factory=list)

    def mapping(self, model: Model, where: Where, path: Path) -> Condition:
        return _every([self._entry(model, key, entry, (*path, key)) for key, entry in where.entries])

    def _entry(
        self, model: Model, key: str, entry: Where | tuple[Where, ...] | Value, path: Path
    ) -> Condition:
        if isinstance(entry, tuple):
            parts = [self.mapping(model, part, (*path, index)) for index, part in enumerate(entry)]
            return _every(parts) if key == "_and" else Some(tuple(parts))
        if key in model.relations:
            return self._related(model, key, entry, path)
        if key in model.all_properties:
            return self._property(model.all_properties[key], key, entry, path)
        known = [*model.all_properties, *model.relations]
        return self._wrong(
            path, f"unknown property or relation {key!r} of {model.name}.{did_you_mean(key, known)}"
        )

    def _related(self, model: Model, key: str, entry: Where | Value, path: Path) -> Condition:
        if isinstance(entry, Value):
            remedy = f"write conditions on its records, as in {{{key}: {{id: =me.id}}}}"
            return self._wrong(path, f"{key} is a relation; {remedy}")
        target = self.application.models.get(model.relations[key].model)
        return ALWAYS if target is None else Related(key, self.mapping(target, entry, path))

    def _property(self, found: Property, name: str, entry: Where | Value, path: Path) -> Condition:
        if isinstance(entry, Value):
            return self._compare(found, name, "eq", entry, path)
        parts = []
        for operator, operand in entry.entries:
            below = (*path, operator)
            if isinstance(operand, Value):
                parts.append(self._compare(found, name, operator, operand, below))
            else:
                self._wrong(below, "write a value to compare with")
        return _every(parts)

    def _compare(self, found: Property, name: str, operator: str, operand: Value, path: Path) -> Condition:
        kind = KINDS.get(found.kind)
        if kind is None:
            return ALWAYS
        known = kind.operators | EXISTENCE_OPERATORS
        if operator not in known:
            return self._wrong(path, _unknown_operator(operator, found.kind, sorted(known)))
        if operator in EXISTENCE_OPERATORS:
            return self._existence(name, operator, operand, path)
        self.problems.extend((path, message) for message in _operand_problems(found, operator, operand))
        self.values.append(operand)
        return Compare(name, operator, Parameter(len(self.values) - 1))

    def _existence(self, name: str, operator: str, operand: Value, path: Path) -> Condition:
        wanted = _literal(operand)
        if not isinstance(wanted, bool):
            return self._wrong(path, f"{operator} takes true or false")
        exists = wanted is (operator == "exists")
        return Compare(name, "exists" if exists else "does_not_exist")

    def _wrong(self, path: Path, message: str) -> Condition:
        self.problems.append((path, message))
        return ALWAYS


def _unknown_operator(operator: str, kind: str, known: list[str]) -> str:
    remedy = did_you_mean(operator, known) or f" Write one of {', '.join(known)}."
    return f"{operator!r} is no operator of the kind {kind}.{remedy}"


_UNKNOWN = object()


def _literal(value: Value) -> Any:
    """What a value is when it reads nothing of its scope, else `_UNKNOWN`."""
    if value.names:
        return _UNKNOWN
    try:
        return value.evaluate({})
    except EvaluationError:
        return _UNKNOWN


def _operand_problems(found: Property, operator: str, operand: Value) -> Iterator[str]:
    literal = _literal(operand)
    if literal is _UNKNOWN:
        return
    if literal is None:
        yield "nothing is equal to null; write {exists: true} or {exists: false}"
    elif operator in LISTED and not isinstance(literal, list | tuple):
        yield f"{operator} takes a list"
    elif operator in LISTED | ORDERED:
        for item in literal if operator in LISTED else [literal]:
            try:
                KINDS[found.kind].parse(item, found)
            except Invalid as invalid:
                yield f"{item!r} {invalid}"
    elif not isinstance(literal, str):
        yield f"{operator} takes a text"


def _every(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Every(tuple(parts))
