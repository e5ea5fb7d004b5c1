"""Removes every record that a filter selects."""

from __future__ import annotations

from app.definition.model import Application
from app.definition.steps import Step
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.filter import Filter, FilterOptions
from app.steps.record import Reader
from app.storage.work import Work


class Options(FilterOptions):
    """Nothing beside the filter."""


def compile_delete_many(options: Options, step: Step, application: Application) -> StepFunction:
    reader, model = Reader(application), options.model
    filter = Filter.compile(options, application)

    def run(scope: Scope) -> Work[Outcome]:
        grant = scope.authorize(Verb.DELETE, model)
        ids = yield from filter.find_ids(scope, grant)
        found = (yield from reader.written(scope, model, ids)) if step.as_ else None
        for id in ids:
            yield from scope.services.records.delete(grant, id)
        return Done(found)

    return run


KIND = StepKind(
    name="delete_many",
    description="Removes every record that `where` selects; its result is the list of them as they were.",
    options=Options,
    compile=compile_delete_many,
    mode="work",
    example="delete_many: {model: Shoe, where: {price: {lt: 1}}}",
)
