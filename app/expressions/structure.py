"""Structures of YAML whose texts are expressions (Value) or templates (Structure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.expressions.errors import ExpressionError, OperandError
from app.expressions.expression import SIGN, Expression
from app.expressions.limits import MAX_NESTING
from app.expressions.template import Template
from app.expressions.values import Run, Scope, plain

ReadText = Callable[[str], tuple[Run, frozenset[str]] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A structure that gives a fresh dict or list for each scope; `raw` is as it was written.

    `names` are the names of the scope that it reads, `is_constant` whether nothing in it is evaluated.
    """

    raw: Any
    names: frozenset[str] = field(repr=False)
    is_constant: bool
    _run: Run = field(repr=False)

    @classmethod
    def parse(cls, raw: Any) -> Self:
        """Read a structure; raises ExpressionError, whose `path` leads to the text that is wrong."""
        if isinstance(raw, cls):
            return raw
        names: set[str] = set()
        constant = True

        def text(written: str) -> Run:
            nonlocal constant
            found = cls.read_text(written)
            if found is None:
                return lambda scope: written
            names.update(found[1])
            constant = False
            return found[0]

        run = build(raw, text, 0)
        return cls(raw, frozenset(names), constant, run)

    @staticmethod
    def read_text(text: str) -> tuple[Run, frozenset[str]] | None:
        """What evaluates a text and the names it reads; None when it stands for itself."""
        raise NotImplementedError

    def evaluate(self, scope: Scope) -> Any:
        """The structure with these names; raises EvaluationError."""
        return self._run(scope)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Compiled) and bool(self.raw == other.raw)

    def __hash__(self) -> int:
        return hash((type(self), self.names))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda structure: structure.raw),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Value(Compiled):
    """A structure in which each text that begins with `=` is an expression, and all else is itself."""

    @staticmethod
    def read_text(text: str) -> tuple[Run, frozenset[str]] | None:
        """The expression of a text that begins with `=`."""
        if not text.startswith(SIGN):
            return None
        expression = Expression.parse(text[len(SIGN) :])
        return expression.evaluate, expression.names

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "description": "Any value; a text in it that begins with `=` is an expression, as in `=name`."
        }


@dataclass(frozen=True, slots=True, eq=False)
class Structure(Compiled):
    """A structure in which each text is a Liquid template; what a template makes is always text."""

    @staticmethod
    def read_text(text: str) -> tuple[Run, frozenset[str]] | None:
        """The template of a text that has tags."""
        template = Template.parse(text)
        return None if template.is_static else (template.render, template.names)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"description": "Any value; Liquid in its texts, as in `{{ name }}`, is replaced by values."}


def build(raw: Any, text: Callable[[str], Run], depth: int) -> Run:
    """The closure that makes a structure anew."""
    if depth > MAX_NESTING:
        raise ExpressionError(f"the structure is more than {MAX_NESTING} deep. Make it flatter")
    if isinstance(raw, Mapping):
        parts = {_key(key): _inside(key, part, text, depth) for key, part in raw.items()}
        return lambda scope: {key: run(scope) for key, run in parts.items()}
    if isinstance(raw, list | tuple):
        elements = [_inside(index, element, text, depth) for index, element in enumerate(raw)]
        return lambda scope: [run(scope) for run in elements]
    try:
        value = plain(raw)
    except OperandError as fault:
        raise ExpressionError(f"{fault}. Write a number of fewer digits") from None
    return text(value) if isinstance(value, str) else lambda scope: value


def _inside(step: Any, raw: Any, text: Callable[[str], Run], depth: int) -> Run:
    try:
        return build(raw, text, depth + 1)
    except ExpressionError as error:
        raise error.inside(_key(step)) from None


def _key(key: Any) -> Any:
    return plain(key) if isinstance(key, str | int) else str(key)
