"""Asks a person."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from app.definition.actions import Input
from app.definition.model import Application
from app.definition.names import SHAPE
from app.definition.steps import Step, StepOptions
from app.definition.types import Duration
from app.expressions import Template
from app.steps.base import Ask, Outcome, Scope, StepFunction, StepKind, not_tried


class Options(StepOptions):
    title: Template = Field(description="What the form is headed.")
    text: Template = Field(Template.parse(""), description="What stands above its fields.")
    fields: dict[str, Input] = Field({}, description="What the form asks for; like the input of an action.")
    within: Duration | None = Field(None, description="How long it waits; then the run ends as failed.")


def compile_ask(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        title, text = (one.render(scope.variables) for one in (options.title, options.text))
        return Ask(
            scope.services.conceal(title), scope.services.conceal(text), options.fields, options.within
        )

    return run


def problems(options: Options, step: Step, application: Application) -> Iterator[str]:
    for name in options.fields:
        if not SHAPE.fullmatch(name):
            yield f"{name!r} is no name of a field; write letters, digits and _, a letter first"
    yield from not_tried(options, step, application)


KIND = StepKind(
    name="ask",
    description="Waits until a person has filled in a form; its result is the answer, by the names of the fields.",
    options=Options,
    compile=compile_ask,
    mode="wait",
    problems=problems,
    example="""\
ask:
  title: "Equipment for {{ name }}"
  fields:
    laptop: {kind: list, options: [Linux, Mac], required: true}
    note: {name: "Anything else?", kind: multi_line_text}
  within: 14d
as: answer
""",
)
