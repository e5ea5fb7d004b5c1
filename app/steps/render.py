"""Makes a text from a template."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Template
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "template"

    template: Template = Field(description="The text to be made.")
    html: bool = Field(False, description="Values are escaped, so that they are safe in HTML.")


def compile_render(options: Options, step: Step, application: Application) -> StepFunction:
    template = Template.parse(options.template.source, "html" if options.html else "no")

    def run(scope: Scope) -> Outcome:
        return Done(template.render(scope.variables))

    return run


KIND = StepKind(
    name="render",
    description="Makes a text from a Liquid template; with `html` its values are escaped.",
    options=Options,
    compile=compile_render,
    example="""\
render: {template: "<b>{{ title }}</b>", html: true}
as: page
""",
)
