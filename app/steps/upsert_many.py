"""Changes or makes a record of each mapping in a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import MemberName, ModelName
from app.errors import StepFailed
from app.expressions import Expression
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.record import Reader, listed, values_of
from app.storage.work import Work


class Options(StepOptions):
    model: ModelName = Field(description="Of which model they are.")
    values: Expression = Field(description="A list with the values of each record.")
    unique_by: tuple[MemberName, ...] = Field(min_length=1, description="What tells records apart.")
    validate_: bool = Field(True, alias="validate", description="false leaves the model's validations out.")


def compile_upsert_many(options: Options, step: Step, application: Application) -> StepFunction:
    reader, model = Reader(application), options.model

    def run(scope: Scope) -> Work[Outcome]:
        create, update = (scope.authorize(verb, model) for verb in (Verb.CREATE, Verb.UPDATE))
        ids = []
        for item in listed(options.values.evaluate(scope.variables)):
            id, _ = yield from scope.services.records.upsert(
                create,
                update,
                _telling(item, options.unique_by),
                options.unique_by,
                scope.write,
                None,
                validate=options.validate_,
            )
            ids.append(id)
        return Done((yield from reader.written(scope, model, ids)) if step.as_ else None)

    return run


def _telling(item: Any, unique_by: tuple[str, ...]) -> Mapping[str, Any]:
    values = values_of(item)
    for name in unique_by:
        if name not in values:
            raise StepFailed("An item of `values` lacks what tells records apart.", f"it has no {name!r}")
    return values


KIND = StepKind(
    name="upsert_many",
    description="Of each item of a list of values, changes the record that agrees in `unique_by`, or makes one.",
    options=Options,
    compile=compile_upsert_many,
    mode="work",
    records_of=lambda options: options.model,
    example="upsert_many: {model: Company, unique_by: [name], values: =parse_json(body)}",
)
