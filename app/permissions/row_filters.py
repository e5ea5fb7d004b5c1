"""The row filters of grants: compiled once from the definition, with operands that depend on who calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.definition.conditions import Compare, Condition, Every, Related, Some, shift
from app.definition.filters import compile_where
from app.definition.model import Application, Model
from app.definition.reads import paths_read
from app.definition.where import Where
from app.expressions import EvaluationError, Value

MYSELF = Where.parse({"id": {"eq": "=me.id"}})
"""The one record that the caller is."""


@dataclass(frozen=True, slots=True)
class _Operand:
    """A value of a filter; where it is an id of theirs (`me.id`), it is one for callers of these models alone."""

    value: Value
    callers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RowFilter:
    """A condition on the rows of a model."""

    condition: Condition
    operands: tuple[_Operand, ...]

    def values(self, model: str | None, record: Mapping[str, Any] | None) -> tuple[Any, ...]:
        """The operands as they are for a caller, who is a record of a model or nobody.

        The user of an API key is no record of a model: what a filter says of `me` is not said of them.
        """
        now = datetime.now(UTC)
        scope = {"me": None if model is None else record, "now": now, "today": now.date()}
        return tuple(_value(operand, model, scope) for operand in self.operands)


def any_of(filters: Sequence[RowFilter | None]) -> RowFilter | None:
    """The rows that any of the filters lets through; None stands for all rows."""
    parts: list[Condition] = []
    operands: list[_Operand] = []
    for one in filters:
        if one is None:
            return None
        parts.append(shift(one.condition, len(operands)))
        operands.extend(one.operands)
    return RowFilter(parts[0] if len(parts) == 1 else Some(tuple(parts)), tuple(operands))


def compile_rows(application: Application, model: Model, rows: Where) -> RowFilter:
    """The row filter that an author wrote for a model."""
    compiled = compile_where(application, model, rows)
    ids = dict(_ids(application, model, compiled.condition))
    operands = (
        _Operand(value, _callers(application, value, ids[index]) if index in ids else None)
        for index, value in enumerate(compiled.values)
    )
    return RowFilter(compiled.condition, tuple(operands))


def _value(operand: _Operand, model: str | None, scope: Mapping[str, Any]) -> Any:
    """Null, with which no comparison is true, for an operand that is not the caller's or can't be evaluated."""
    if operand.callers is not None and model not in operand.callers:
        return None
    try:
        return operand.value.evaluate(scope)
    except EvaluationError:
        return None


def _ids(application: Application, model: Model, condition: Condition) -> Iterator[tuple[int, str]]:
    """The operands that are compared with the id of a record, and of which model that record is."""
    match condition:
        case Compare("id", _, operand) if operand is not None:
            yield operand.index, model.name
        case Related(name, inner):
            yield from _ids(application, application.models[model.relations[name].model], inner)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _ids(application, model, part)


def _callers(application: Application, value: Value, model: str) -> frozenset[str] | None:
    """For whom an operand such as `me.team.id` is the id of a record of `model`; None where it is no such thing.

    Each model counts its own ids: the number of a caller from another model is somebody else's here.
    """
    paths = paths_read(value)
    path = next(iter(paths)) if len(paths) == 1 else ()
    if len(path) < 2 or path[0] != "me" or path[-1] != "id":
        return None
    return frozenset(name for name in application.models if _end(application, name, path[1:-1]) == model)


def _end(application: Application, model: str, path: Sequence[str]) -> str | None:
    """The model at the end of a path of relations."""
    for name in path:
        relation = application.models[model].relations.get(name)
        if relation is None:
            return None
        model = relation.model
    return model
