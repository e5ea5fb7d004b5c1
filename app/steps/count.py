"""Counts records."""

from __future__ import annotations

from app.definition.model import Application
from app.definition.steps import Step
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.filter import Filter, FilterOptions
from app.storage.selection import Leaf, Selection, Values, granted
from app.storage.work import Work


class Options(FilterOptions):
    """Nothing beside the filter."""


def compile_count(options: Options, step: Step, application: Application) -> StepFunction:
    filter = Filter.compile(options, application)

    def run(scope: Scope) -> Work[Outcome]:
        values = Values()
        source = granted(scope.authorize(Verb.READ, options.model), values)
        where = values.extend(*filter.bind(scope))
        selection = Selection(source, (Leaf("id", "id"),), where, take=values.add(0), count=True)
        page = yield from scope.services.records.select(selection, values.done(), "python")
        return Done(page.total)

    return run


KIND = StepKind(
    name="count",
    description="Counts the records that `where` selects.",
    options=Options,
    compile=compile_count,
    mode="work",
    example="""\
count: {model: Shoe, where: {price: {gt: 100}}}
as: dear
""",
)
