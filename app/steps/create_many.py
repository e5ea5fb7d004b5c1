"""Makes a record of each mapping in a list."""

from __future__ import annotations

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import ModelName
from app.expressions import Expression
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.record import Reader, listed, values_of
from app.storage.work import Work


class Options(StepOptions):
    model: ModelName = Field(description="Of which model they are.")
    values: Expression = Field(description="A list with the values of each record.")
    validate_: bool = Field(True, alias="validate", description="false leaves the model's validations out.")


def compile_create_many(options: Options, step: Step, application: Application) -> StepFunction:
    reader, model = Reader(application), options.model

    def run(scope: Scope) -> Work[Outcome]:
        grant = scope.authorize(Verb.CREATE, model)
        ids = []
        for item in listed(options.values.evaluate(scope.variables)):
            values = values_of(item)
            id = yield from scope.services.records.create(
                grant, values, scope.write, validate=options.validate_
            )
            ids.append(id)
        return Done((yield from reader.written(scope, model, ids)) if step.as_ else None)

    return run


KIND = StepKind(
    name="create_many",
    description="Makes a record of each item of a list of values; its result is the list of records.",
    options=Options,
    compile=compile_create_many,
    mode="work",
    records_of=lambda options: options.model,
    example="create_many: {model: Shoe, values: =parse_json(body)}",
)
