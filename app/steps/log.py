"""Writes a line with a level to the console."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Template
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "message"

    message: Template = Field(description="The line.")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much it matters.")


def compile_log(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        scope.say(options.level, options.message.render(scope.variables))
        return Done()

    return run


KIND = StepKind(
    name="log",
    description="Writes a line to the console, under the run, with a level: debug, info, warning or error.",
    options=Options,
    compile=compile_log,
    example='log: {message: "{{ article }} is sold out", level: warning}',
)
