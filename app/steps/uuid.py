"""Makes a random UUID."""

from __future__ import annotations

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    pass


def compile_uuid(options: Options, step: Step, application: Application) -> StepFunction:
    function = Expression.parse("uuid()")

    def run(scope: Scope) -> Outcome:
        return Done(function.evaluate({}))

    return run


KIND = StepKind(
    name="uuid",
    description="A new random UUID.",
    options=Options,
    compile=compile_uuid,
    example="""\
uuid: {}
as: ticket
""",
)
