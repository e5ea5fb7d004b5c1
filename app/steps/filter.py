"""The filter of a step: compiled once, with the values of each run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field

from app.definition.conditions import ALWAYS, Condition, prune
from app.definition.filters import Compiled, compile_where
from app.definition.model import Application
from app.definition.steps import StepOptions
from app.definition.types import ModelName
from app.definition.where import Where
from app.errors import TooLarge
from app.permissions import Grant
from app.steps.base import Scope
from app.steps.record import MAXIMUM_RECORDS
from app.storage.work import Work


class FilterOptions(StepOptions):
    """The options of a kind that selects records."""

    model: ModelName = Field(description="Whose records.")
    where: Where | None = Field(None, description="Which of them; without it all.")
    ignore_null: bool = Field(
        False, description="Leaves out conditions whose value is null; else such a one selects nothing."
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """What `where` selects; `ignore_null` leaves comparisons with null out, else they match nothing."""

    compiled: Compiled
    ignore_null: bool

    @classmethod
    def compile(cls, options: FilterOptions, application: Application) -> Filter:
        """The filter of a step on a model; without `where` every record."""
        if options.where is None:
            return cls(Compiled(ALWAYS, ()), options.ignore_null)
        model = application.models[options.model]
        return cls(compile_where(application, model, options.where), options.ignore_null)

    def bind(self, scope: Scope) -> tuple[Condition | None, tuple[Any, ...]]:
        """The condition with its operands for this run; no condition where every record is meant."""
        values = tuple(value.evaluate(scope.variables) for value in self.compiled.values)
        condition = self.compiled.condition
        if self.ignore_null:
            condition = prune(condition, values)
        return (None if condition == ALWAYS else condition), values

    def find_ids(self, scope: Scope, grant: Grant) -> Work[list[int]]:
        """The ids of what it selects of what the grant lets through; raises `TooLarge` over the limit."""
        condition, values = self.bind(scope)
        ids = yield from scope.services.records.find_ids(grant, condition, values, MAXIMUM_RECORDS + 1)
        return too_many(ids)


def too_many(records: list[Any]) -> list[Any]:
    """The records, which one more than the limit was asked for; raises `TooLarge` if it was there."""
    if len(records) > MAXIMUM_RECORDS:
        raise TooLarge(f"That selects more than {MAXIMUM_RECORDS:,} records; narrow it, or write `take`.")
    return records
