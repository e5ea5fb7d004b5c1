"""Goes on in one of several blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Expression, is_true
from app.steps.base import Enter, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "expression"

    expression: Expression | None = Field(None, description="What decides; or write `cases`.")


def compile_condition(options: Options, step: Step, application: Application) -> StepFunction:
    if options.expression is not None:
        branches = [(options.expression, "then")]
    else:
        branches = [(case.if_, f"cases[{index}]") for index, case in enumerate(step.cases)]

    def run(scope: Scope) -> Outcome:
        for expression, block in branches:
            if is_true(expression.evaluate(scope.variables)):
                return Enter(block)
        return Enter("else")

    return run


def problems(options: Options, step: Step, application: Application) -> Iterator[str]:
    if options.expression is None and not step.cases:
        yield "write an expression, as in `condition: =price > 10`, or `cases`"
    if options.expression is not None and step.cases:
        yield "write an expression with `then`, or `cases`, not both"
    if options.expression is None and step.then:
        yield "`then` stands in each of the `cases`, or beside an expression"


KIND = StepKind(
    name="condition",
    description="Runs `then` if the expression is true, else `else`; or the first of `cases` whose `if` is true.",
    options=Options,
    compile=compile_condition,
    problems=problems,
    blocks=frozenset({"then", "else", "cases"}),
    example="""\
condition: =price > 10
then:
  - error: That is too dear.
""",
)
