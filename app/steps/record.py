"""Records as steps write and read them: which one is meant, what is written, how it looks afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.definition.conditions import Compare, Parameter
from app.definition.model import Application
from app.definition.record import Record
from app.errors import Forbidden, StepFailed, TooLarge, Unauthenticated
from app.expressions import Value
from app.permissions import Grant, Verb
from app.steps.base import Scope
from app.storage.records import Wanted
from app.storage.selection import Field, Selection, Source, Values, granted, whole
from app.storage.work import Work

_MOST_KEPT = 32
MAXIMUM_RECORDS = 5_000
"""Records that one step reads or writes."""


class Reader:
    """Reads whole records for one step; which properties they have depends on whose rights the run has."""

    def __init__(self, application: Application) -> None:
        self._fields = lru_cache(maxsize=_MOST_KEPT)(
            lambda model, names: whole(application.models[model], names)
        )
        self._selections = lru_cache(maxsize=_MOST_KEPT)(self._selection)
        self._same: dict[int, tuple[Grant, Wanted]] = {}

    def fields(self, source: Source) -> tuple[Field, ...]:
        """Everything that stands in a record's own row, as far as it may be read."""
        return self._fields(source.model, source.names)

    def written(self, scope: Scope, model: str, ids: Sequence[int]) -> Work[list[Record]]:
        """Records that have been written, in this order; one that the run may not read has its id alone."""
        wanted = self.wanted(scope, model)
        values = (*wanted.values, list(ids))
        page = yield from scope.services.records.select(wanted.selection, values, wanted.form)
        found = {record["id"]: record for record in page.records}
        return [Record(model, found.get(id) or {"id": id}) for id in ids]

    def wanted(self, scope: Scope, model: str) -> Wanted:
        """How a record that is written is read back, as far as the run may."""
        grant = _reading(scope, model)
        # A right to all rows is the same object each time, which the entry keeps, so that its id stays its own.
        same = self._same.get(id(grant))
        if same is not None:
            return same[1]
        values = Values()
        source = granted(grant, values)
        operands = values.done()
        made = Wanted(self._selections(source, len(operands)), operands, "python")
        if not operands:
            self._same = {**self._same, id(grant): (grant, made)} if len(self._same) < _MOST_KEPT else {}
        return made

    def _selection(self, source: Source, operands: int) -> Selection:
        return Selection(source, self.fields(source), Compare("id", "in", Parameter(operands)))


def _reading(scope: Scope, model: str) -> Grant:
    try:
        return scope.authorize(Verb.READ, model)
    except (Forbidden, Unauthenticated):
        return Grant(model, Verb.READ, frozenset({"id"}))


def target(value: Any, model: str | None) -> tuple[str, int]:
    """The model and the id of what a step calls its record: one from another step, or an id with `model`."""
    if value is None:
        raise StepFailed("There is no record: the value is null.")
    if isinstance(value, Record):
        if model is not None and value.model != model:
            raise StepFailed(f"The record is a {value.model}, not a {model}.")
        return value.model, parse_id(value.get("id"))
    if model is None:
        raise StepFailed("Of which model the record is cannot be told; write it as `model`.")
    return model, parse_id(value.get("id") if isinstance(value, Mapping) else value)


def parse_id(value: Any) -> int:
    """An id as it comes out of expressions and inputs: a whole number or its digits."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise StepFailed("The value is neither a record nor its id.")
    return value


def listed(value: Any) -> Sequence[Any]:
    """The items of what a step writes many records of; null stands for none."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise StepFailed("The value is not a list.")
    if len(value) > MAXIMUM_RECORDS:
        raise TooLarge(f"A step writes at most {MAXIMUM_RECORDS:,} records.")
    return value


def values_of(item: Any) -> Mapping[str, Any]:
    """One item of `listed` as the values of a record."""
    if not isinstance(item, Mapping):
        raise StepFailed("Each item of `values` holds the values of one record.")
    return item


def evaluated(values: Mapping[str, Value], scope: Scope) -> dict[str, Any]:
    """What a step writes, with the values of this run."""
    return {name: value.evaluate(scope.variables) for name, value in values.items()}
