"""Runs another action."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from app.definition.inputs import check_input
from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import ActionName, InputName
from app.expressions import Value
from app.steps.base import Call, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    action: ActionName = Field(description="Which action runs.")
    with_: dict[InputName, Value] = Field({}, alias="with", description="The input of the action.")


def compile_call(options: Options, step: Step, application: Application) -> StepFunction:
    action = application.actions[options.action]

    def run(scope: Scope) -> Outcome:
        given = {name: value.evaluate(scope.variables) for name, value in options.with_.items()}
        return Call(action.name, check_input(application, action, given))

    return run


def problems(options: Options, step: Step, application: Application) -> Iterator[str]:
    action = application.actions.get(options.action)
    for name, declared in action.input.items() if action else ():
        if declared.required and declared.default is None and name not in options.with_:
            yield f"missing input {name!r} of {options.action}; write it in `with`"


KIND = StepKind(
    name="call",
    description="Runs another action in the same run; its result is the step's.",
    options=Options,
    compile=compile_call,
    problems=problems,
    example="call: {action: Price of, with: {article: =article}}",
)
