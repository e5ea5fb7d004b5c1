"""Reads records."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from app.definition.model import Application
from app.definition.record import Record
from app.definition.steps import Step
from app.definition.types import MemberName
from app.errors import StepFailed, TooLarge
from app.expressions import Value
from app.permissions import Verb
from app.steps.base import Done, Outcome, Scope, StepFunction, StepKind
from app.steps.filter import Filter, FilterOptions, too_many
from app.steps.record import MAXIMUM_RECORDS, Reader
from app.storage.selection import Selection, Sort, Values, granted
from app.storage.work import Work


class SortKey(BaseModel):
    """One key of an order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: MemberName
    order: Annotated[Literal["asc", "desc"], WithJsonSchema({"enum": ["asc", "desc", "ASC", "DESC"]})] = "asc"

    @field_validator("order", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


class Options(FilterOptions):
    sort: tuple[SortKey, ...] = Field((), description="In which order; the first key counts most.")
    skip: Value | None = Field(None, description="How many are left out at the beginning.")
    take: Value | None = Field(None, description="How many at most.")
    first: bool = Field(False, description="One record or null in place of a list.")
    all: bool = Field(False, description="Every record, as without `take`.")

    @model_validator(mode="after")
    def _one_number(self) -> Options:
        if self.first + self.all + (self.take is not None) > 1:
            raise ValueError("write one of `first`, `take` and `all`")
        return self


def compile_find(options: Options, step: Step, application: Application) -> StepFunction:
    reader = Reader(application)
    filter = Filter.compile(options, application)
    sort = tuple(Sort(key.field, key.order) for key in options.sort)

    def run(scope: Scope) -> Work[Outcome]:
        values = Values()
        source = granted(scope.authorize(Verb.READ, options.model), values)
        where = values.extend(*filter.bind(scope))
        skip = values.add(_number(options.skip, scope, "skip") or 0) if options.skip else None
        take = values.add(1 if options.first else _most(options.take, scope))
        selection = Selection(source, reader.fields(source), where, sort, skip, take)
        page = yield from scope.services.records.select(selection, values.done(), "python")
        found = [Record(options.model, record) for record in too_many(page.records)]
        if options.first:
            return Done(found[0] if found else None)
        return Done(found)

    return run


def problems(options: Options, step: Step, application: Application) -> Iterator[str]:
    model = application.models.get(options.model)
    for key in options.sort:
        if model is not None and key.field in model.relations:
            yield f"{key.field} is a relation; sort by a property of {model.name}"


def _most(take: Value | None, scope: Scope) -> int:
    """How many records to ask for; one too many shows that there are too many."""
    number = _number(take, scope, "take") if take else None
    if number is None:
        return MAXIMUM_RECORDS + 1
    if number > MAXIMUM_RECORDS:
        raise TooLarge(f"A step reads at most {MAXIMUM_RECORDS:,} records.")
    return number


def _number(value: Value, scope: Scope, name: str) -> int | None:
    number = value.evaluate(scope.variables)
    if isinstance(number, Decimal) and number == number.to_integral_value():
        number = int(number)
    if number is None or (isinstance(number, int) and not isinstance(number, bool) and number >= 0):
        return number
    raise StepFailed(f"{name} is not a number of records.")


KIND = StepKind(
    name="find",
    description="Reads the records that `where` selects, as a list; with `first`, one record or null.",
    options=Options,
    compile=compile_find,
    mode="work",
    record_of=lambda options: options.model if options.first else None,
    records_of=lambda options: None if options.first else options.model,
    problems=problems,
    example="""\
find: {model: Shoe, where: {price: {lt: =cheaper_than}}, ignore_null: true, sort: [{field: price}], take: 20}
as: shoes
""",
)
