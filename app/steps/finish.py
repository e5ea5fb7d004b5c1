"""Ends the action early."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Value
from app.steps.base import Finish, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "result"

    result: Value = Field(Value.parse(None), description="What the caller is answered.")


def compile_finish(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        return Finish(options.result.evaluate(scope.variables))

    return run


KIND = StepKind(
    name="finish",
    description="Ends the action early, as done, with a result; a called action goes back to its caller.",
    options=Options,
    compile=compile_finish,
    example="finish: =article.price",
)
