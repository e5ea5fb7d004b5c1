"""Changes a record, or makes it where there is none."""

from __future__ import annotations

from pydantic import Field, model_validator

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import MemberName, ModelName
from app.expressions import Expression, Value
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.record import Reader, evaluated, target
from app.storage.work import Work


class Options(StepOptions):
    model: ModelName = Field(description="Of which model the record is.")
    record: Expression | None = Field(
        None, description="The record, or null for a new one; or write `unique_by`."
    )
    unique_by: tuple[MemberName, ...] = Field(
        (), description="What tells records apart, by which one is looked for."
    )
    values: dict[MemberName, Value] = Field(description="What the record gets.")
    validate_: bool = Field(True, alias="validate", description="false leaves the model's validations out.")

    @model_validator(mode="after")
    def _one_way(self) -> Options:
        if (self.record is None) == (not self.unique_by):
            raise ValueError(
                "write either `record`, which may be null, or `unique_by`, which tells records apart"
            )
        for name in self.unique_by:
            if name not in self.values:
                raise ValueError(f"{name} stands in `unique_by`, so write its value in `values`")
        return self


def compile_upsert(options: Options, step: Step, application: Application) -> StepFunction:
    reader, model = Reader(application), options.model

    def run(scope: Scope) -> Work[Outcome]:
        known = None if options.record is None else options.record.evaluate(scope.variables)
        id, _ = yield from scope.services.records.upsert(
            scope.authorize(Verb.CREATE, model),
            scope.authorize(Verb.UPDATE, model),
            evaluated(options.values, scope),
            options.unique_by,
            scope.write,
            None if known is None else target(known, model)[1],
            validate=options.validate_,
        )
        if step.as_ is None:
            return Done()
        return Done((yield from reader.written(scope, model, [id]))[0])

    return run


KIND = StepKind(
    name="upsert",
    description="Changes `record` unless it is null, or the record that agrees in `unique_by`; else makes one.",
    options=Options,
    compile=compile_upsert,
    mode="work",
    record_of=lambda options: options.model,
    example="upsert: {model: Company, unique_by: [name], values: {name: =name, city: =city}}",
)
