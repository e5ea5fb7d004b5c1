"""Goes on later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

from pydantic import Field, model_validator

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import Duration
from app.errors import StepFailed
from app.expressions import Expression
from app.steps.base import Outcome, Scope, Sleep, StepFunction, StepKind, not_tried


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "duration"

    duration: Duration | None = Field(None, description="How long; or write `until`.")
    until: Expression | None = Field(None, description="A moment, or a date, which begins at midnight UTC.")

    @model_validator(mode="after")
    def _one_way(self) -> Options:
        if (self.duration is None) == (self.until is None):
            raise ValueError("write either a duration, as in `wait: 2h`, or `until`")
        return self


def compile_wait(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        if options.until is None:
            return Sleep(scope.now + (options.duration or timedelta()))
        return Sleep(_moment(options.until.evaluate(scope.variables)))

    return run


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    raise StepFailed("There is no moment to wait for.", "`until` is neither a moment nor a date")


KIND = StepKind(
    name="wait",
    description="Goes on after a duration, or at the moment `until`; one that has passed does not hold it up.",
    options=Options,
    compile=compile_wait,
    mode="wait",
    problems=not_tried,
    example="wait: {until: =start_date - days(7)}",
)
