"""Writes a line to the console."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Template
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "message"

    message: Template = Field(description="The line.")


def compile_debug(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        scope.say("debug", options.message.render(scope.variables))
        return Done()

    return run


KIND = StepKind(
    name="debug",
    description="Writes a line to the console, under the run.",
    options=Options,
    compile=compile_debug,
    example='debug: "asked for {{ article }}"',
)
