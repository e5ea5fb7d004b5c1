"""Changes a record."""

from __future__ import annotations

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import MemberName, ModelName
from app.expressions import Expression, Value
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.record import Reader, evaluated, target
from app.storage.work import Work


class Options(StepOptions):
    record: Expression = Field(description="A record, or its id with `model`.")
    model: ModelName | None = Field(None, description="Needed where `record` is an id.")
    values: dict[MemberName, Value] = Field(description="What the record gets.")
    validate_: bool = Field(True, alias="validate", description="false leaves the model's validations out.")


def compile_update(options: Options, step: Step, application: Application) -> StepFunction:
    reader = Reader(application)

    def run(scope: Scope) -> Work[Outcome]:
        model, id = target(options.record.evaluate(scope.variables), options.model)
        grant = scope.authorize(Verb.UPDATE, model)
        values = evaluated(options.values, scope)
        yield from scope.services.records.update(grant, id, values, scope.write, validate=options.validate_)
        if step.as_ is None:
            return Done()
        return Done((yield from reader.written(scope, model, [id]))[0])

    return run


KIND = StepKind(
    name="update",
    description="Changes a record that another step found or made, or the one of `model` with an id.",
    options=Options,
    compile=compile_update,
    mode="work",
    record_of=lambda options: options.model,
    example="update: {record: =shoe, values: {price: '=shoe.price * 2'}}",
)
