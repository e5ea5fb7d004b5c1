"""Adds a value to the end of a list variable."""

from __future__ import annotations

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import ResultName
from app.errors import StepFailed
from app.expressions import Value
from app.steps.base import Assign, Outcome, Scope, StepFunction, StepKind

MAXIMUM_ITEMS = 10_000


class Options(StepOptions):
    list: ResultName = Field(description="The variable that holds the list.")
    value: Value = Field(description="What is added.")


def compile_append(options: Options, step: Step, application: Application) -> StepFunction:
    name = options.list

    def run(scope: Scope) -> Outcome:
        items = scope.variables.get(name)
        if items is None:
            items = []
        if not isinstance(items, list | tuple):
            raise StepFailed(f"{name} is not a list.")
        if len(items) >= MAXIMUM_ITEMS:
            raise StepFailed(f"{name} would have more than {MAXIMUM_ITEMS:,} items.")
        return Assign({name: [*items, options.value.evaluate(scope.variables)]})

    return run


KIND = StepKind(
    name="append",
    description="Adds a value to the end of a list; a variable that is not set yet becomes a list of one.",
    options=Options,
    compile=compile_append,
    example="append: {list: lines, value: =row.name}",
)
