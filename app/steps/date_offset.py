"""Reckons from a date."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.expressions import Expression
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind

UNITS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_READ = Expression.parse("size(value) > 10 ? date_time(value) : date(value)")


class Options(StepOptions):
    from_: Expression = Field(
        Expression.parse("now"), alias="from", description="A date, a moment, or a text of one; now."
    )
    years: Expression | None = Field(None, description="How many years; below 0 is earlier.")
    months: Expression | None = Field(None, description="How many months; below 0 is earlier.")
    weeks: Expression | None = Field(None, description="How many weeks; below 0 is earlier.")
    days: Expression | None = Field(None, description="How many days; below 0 is earlier.")
    hours: Expression | None = Field(None, description="How many hours; below 0 is earlier.")
    minutes: Expression | None = Field(None, description="How many minutes; below 0 is earlier.")
    seconds: Expression | None = Field(None, description="How many seconds; below 0 is earlier.")

    @model_validator(mode="after")
    def _something(self) -> Options:
        if not any(getattr(self, unit) is not None for unit in UNITS):
            raise ValueError(f"write how far: {', '.join(UNITS)}")
        return self


def compile_date_offset(options: Options, step: Step, application: Application) -> StepFunction:
    amounts = {unit: getattr(options, unit) for unit in UNITS if getattr(options, unit) is not None}
    further = {unit: Expression.parse(f"value + {unit}(amount)") for unit in amounts}

    def run(scope: Scope) -> Outcome:
        value: Any = options.from_.evaluate(scope.variables)
        if value is None:
            return Done()
        if isinstance(value, str):
            value = _READ.evaluate({"value": value})
        for unit, amount in amounts.items():
            value = further[unit].evaluate({"value": value, "amount": amount.evaluate(scope.variables)})
        return Done(value)

    return run


KIND = StepKind(
    name="date_offset",
    description="A date or moment so many years, months, days .. later, or earlier where they are below 0.",
    options=Options,
    compile=compile_date_offset,
    example="""\
date_offset: {from: =start_date, months: 1, days: -1}
as: last_day
""",
)
