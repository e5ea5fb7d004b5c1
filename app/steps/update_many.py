"""Changes every record that a filter selects."""

from __future__ import annotations

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step
from app.definition.types import MemberName
from app.expressions import Value
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.filter import Filter, FilterOptions
from app.steps.record import Reader, evaluated
from app.storage.work import Work


class Options(FilterOptions):
    values: dict[MemberName, Value] = Field(description="What they get.")
    validate_: bool = Field(True, alias="validate", description="false leaves the model's validations out.")


def compile_update_many(options: Options, step: Step, application: Application) -> StepFunction:
    reader, model = Reader(application), options.model
    filter = Filter.compile(options, application)

    def run(scope: Scope) -> Work[Outcome]:
        grant = scope.authorize(Verb.UPDATE, model)
        values = evaluated(options.values, scope)
        ids = yield from filter.find_ids(scope, grant)
        for id in ids:
            yield from scope.services.records.update(
                grant, id, values, scope.write, validate=options.validate_
            )
        return Done((yield from reader.written(scope, model, ids)) if step.as_ else None)

    return run


KIND = StepKind(
    name="update_many",
    description="Changes every record that `where` selects, all alike; its result is the list of records.",
    options=Options,
    compile=compile_update_many,
    mode="work",
    records_of=lambda options: options.model,
    example="update_many: {model: Shoe, where: {price: {gt: 100}}, values: {price: 100}}",
)
