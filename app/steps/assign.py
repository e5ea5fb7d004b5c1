"""Sets variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.definition.model import Application
from app.definition.steps import Step, StepOptions
from app.definition.types import ResultName
from app.expressions import Value
from app.steps.base import Assign, Outcome, Scope, StepFunction, StepKind


class Options(StepOptions):
    named: ClassVar[bool] = True

    variables: dict[ResultName, Value] = Field(
        min_length=1, description="Names of variables with their values."
    )

    @model_validator(mode="before")
    @classmethod
    def _names(cls, value: Any) -> Any:
        """The keys that an author writes are the variables themselves."""
        return {"variables": value or {}} if value is None or isinstance(value, Mapping) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        own = handler.resolve_ref_schema(handler(schema))
        variables: JsonSchemaValue = own["properties"]["variables"]
        return variables


def compile_assign(options: Options, step: Step, application: Application) -> StepFunction:
    def run(scope: Scope) -> Outcome:
        seen = dict(scope.variables)
        for name, value in options.variables.items():
            seen[name] = value.evaluate(seen)
        return Assign({name: seen[name] for name in options.variables})

    return run


KIND = StepKind(
    name="assign",
    description="Sets variables in their order; each sees those before it.",
    options=Options,
    compile=compile_assign,
    example="assign: {total: '=price * amount', currency: EUR}",
)
