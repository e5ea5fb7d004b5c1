"""Ends the run with a message for the caller."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.errors import ActionFailed
from app.expressions import Template
from app.steps.base import Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "message"

    message: Template = Field(description="What the caller is told.")


def compile_error(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        raise ActionFailed(scope.services.conceal(options.message.render(scope.variables)))

    return run


KIND = StepKind(
    name="error",
    description="Ends the run as failed, with a message for the caller; what has not been committed is undone.",
    options=Options,
    compile=compile_error,
    example='error: "There is no article {{ article }}."',
)
