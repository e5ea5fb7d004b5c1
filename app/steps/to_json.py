"""Writes JSON."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "value"

    value: Expression = Field(description="The value.")


def compile_to_json(options: Options, step: Step, application: Application) -> StepFunction:
    function = Expression.parse("to_json(value)")

    def run(scope: Scope) -> Outcome:
        return Done(function.evaluate({"value": options.value.evaluate(scope.variables)}))

    return run


KIND = StepKind(
    name="to_json",
    description="A value as JSON text, as the function of that name.",
    options=Options,
    compile=compile_to_json,
    example="""\
to_json: =shoes
as: text
""",
)
