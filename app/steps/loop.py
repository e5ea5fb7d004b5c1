"""Runs a block once for each item of a list."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import StepFailed
from app.expressions import Expression
from app.steps.base import Each, Outcome, Scope, StepFunction, StepKind

MAXIMUM_ITEMS = 10_000


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "items"

    items: Expression = Field(description="The list; null is an empty one.")


def compile_loop(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        items = options.items.evaluate(scope.variables)
        if items is None:
            return Each(())
        if not isinstance(items, list | tuple):
            raise StepFailed("A loop goes over a list.", f"{options.items} is not a list")
        if len(items) > MAXIMUM_ITEMS:
            raise StepFailed(f"A loop goes over at most {MAXIMUM_ITEMS:,} items.", f"it has {len(items):,}")
        return Each(tuple(items))

    return run


KIND = StepKind(
    name="loop",
    description="Runs `do` for each item of a list, under the name `each`, its place from 0 under `index`.",
    options=Options,
    compile=compile_loop,
    blocks=frozenset({"do", "each", "index"}),
    example="""\
loop: =rows
each: row
index: place
do:
  - debug: "{{ place }}: {{ row.name }}"
""",
)
