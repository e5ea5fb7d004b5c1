"""An expression: read once, evaluated many times."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.expressions.compiler import compiled
from app.expressions.errors import EvaluationError, ExpressionError, OperandError
from app.expressions.parser import parse
from app.expressions.syntax import paths
from app.expressions.values import Run, Scope, text_of

SIGN = "="
REMEDY = "write an expression, as in =name"


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of the definition; equal to another with the same source.

    `source` is without the `=` in front. `names` are the names of the scope that it reads, `paths` the dotted
    paths of constant names that it reads from them.
    """

    source: str
    names: frozenset[str] = field(compare=False, repr=False)
    paths: frozenset[tuple[str, ...]] = field(compare=False, repr=False)
    _run: Run = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Read an expression, without `=` in front; raises ExpressionError."""
        try:
            node = parse(text)
            read = frozenset(paths(node))
            run = compiled(node, text)
        except RecursionError:
            raise ExpressionError(
                "the expression is nested too deep at 1. Split it over several assigns"
            ) from None
        return cls(text, frozenset(path[0] for path in read), read, run)

    @classmethod
    def constant(cls, value: bool | int | float | Decimal) -> Expression:
        """The expression that is always this; raises ExpressionError for a number that is not finite."""
        try:
            return cls.parse(text_of(value))
        except OperandError as fault:
            raise ExpressionError(str(fault)) from None

    @classmethod
    def read(cls, raw: object) -> Expression:
        """An expression as it stands in YAML: a text that begins with `=`, a boolean or a number."""
        if isinstance(raw, Expression):
            return raw
        if isinstance(raw, bool | int | float | Decimal):
            return cls.constant(raw)
        if isinstance(raw, str) and raw.startswith(SIGN):
            return cls.parse(raw[len(SIGN) :])
        raise ExpressionError(REMEDY)

    def evaluate(self, scope: Scope) -> Any:
        """The value of the expression with these names; a name that is not there is null.

        Raises EvaluationError. Lists and objects met in the scope are given back as they are.
        """
        try:
            return self._run(scope)
        except EvaluationError:
            raise
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise EvaluationError("the values cannot be used so", self.source, 1) from error

    def __str__(self) -> str:
        return SIGN + self.source

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "anyOf": [{"type": "string", "pattern": "^="}, {"type": "boolean"}, {"type": "number"}],
            "description": "An expression, as in `=name == null`; a boolean or number stands for itself.",
        }
