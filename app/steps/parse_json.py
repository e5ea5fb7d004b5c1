"""Reads JSON."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "text"

    text: Expression = Field(description="The JSON text.")


def compile_parse_json(options: Options, step: Step, application: Application) -> StepFunction:
    function = Expression.parse("parse_json(text)")

    def run(scope: Scope) -> Outcome:
        return Done(function.evaluate({"text": options.text.evaluate(scope.variables)}))

    return run


KIND = StepKind(
    name="parse_json",
    description="The value that a JSON text stands for, as the function of that name.",
    options=Options,
    compile=compile_parse_json,
    example="""\
parse_json: =body
as: rows
""",
)
