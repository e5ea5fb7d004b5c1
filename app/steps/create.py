"""Makes a record."""

from __future__ import annotations

from pydantic import Field

from app.definition.model import Application
from app.definition.record import Record
from app.definition.steps import Step, StepOptions
from app.definition.types import MemberName, ModelName
from app.expressions import Value
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.record import Reader, evaluated
from app.storage.work import Work


class Options(StepOptions):
    model: ModelName = Field(description="Of which model the record is.")
    values: dict[MemberName, Value] = Field({}, description="What the record gets.")
    validate_: bool = Field(True, alias="validate", description="false leaves the model's validations out.")


def compile_create(options: Options, step: Step, application: Application) -> StepFunction:
    reader, model = Reader(application), options.model

    def run(scope: Scope) -> Work[Outcome]:
        grant = scope.authorize(Verb.CREATE, model)
        values = evaluated(options.values, scope)
        records = scope.services.records
        if step.as_ is None:
            yield from records.create(grant, values, scope.write, validate=options.validate_)
            return Done()
        wanted = reader.wanted(scope, model)
        id, made = yield from records.create_and_read(
            grant, values, scope.write, wanted, validate=options.validate_
        )
        return Done(Record(model, made or {"id": id}))

    return run


KIND = StepKind(
    name="create",
    description="Makes a record; its result is the record.",
    options=Options,
    compile=compile_create,
    mode="work",
    record_of=lambda options: options.model,
    example="""\
create: {model: Shoe, values: {shoe_type: =name, price: =price}}
as: shoe
""",
)
