"""Removes a record."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import ModelName
from app.expressions import Expression
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.record import Reader, target
from app.storage.work import Work


class Options(StepOptions):
    shorthand: ClassVar[str | None] = "record"

    record: Expression = Field(description="A record, or its id with `model`.")
    model: ModelName | None = Field(None, description="Needed where `record` is an id.")


def compile_delete(options: Options, step: Step, application: Application) -> StepFunction:
    reader = Reader(application)

    def run(scope: Scope) -> Work[Outcome]:
        model, id = target(options.record.evaluate(scope.variables), options.model)
        grant = scope.authorize(Verb.DELETE, model)
        found = (yield from reader.written(scope, model, [id])) if step.as_ else [None]
        yield from scope.services.records.delete(grant, id)
        return Done(found[0])

    return run


KIND = StepKind(
    name="delete",
    description="Removes a record; its result is the record as it was.",
    options=Options,
    compile=compile_delete,
    mode="work",
    example="delete: =shoe",
)
