"""Makes random hexadecimal digits."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "length"

    length: Expression = Field(Expression.constant(32), description="How many digits.")


def compile_random_hex(options: Options, step: Step, application: Application) -> StepFunction:
    function = Expression.parse("random_hex(length)")

    def run(scope: Scope) -> Outcome:
        return Done(function.evaluate({"length": options.length.evaluate(scope.variables)}))

    return run


KIND = StepKind(
    name="random_hex",
    description="Random hexadecimal digits, fit for secrets: 32, or as many as `length` says.",
    options=Options,
    compile=compile_random_hex,
    example="""\
random_hex: 16
as: code
""",
)
