"""Filters as authors write them: `where: {onboarded_on: {gt: =onboarded_after}}`.

Keys are properties or relations of the model by their names in the definition, `_and` and `_or` take lists. A
property takes a mapping from operator to operand, or the operand itself, which stands for `eq`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.definition.source import Path
from app.definition.types import NestedError
from app.expressions import ExpressionError, Value

MAXIMUM_DEPTH = 20
"""Keys and list items on the way to an operand."""


@dataclass(frozen=True, slots=True)
class Where:
    """One mapping of a filter: its keys in order, with a nested mapping, a list of mappings or an operand."""

    entries: tuple[tuple[str, Where | tuple[Where, ...] | Value], ...]

    @classmethod
    def parse(cls, raw: Any) -> Where:
        """The filter of a YAML mapping; raises NestedError with every mistake in it."""
        problems: list[tuple[Path, str]] = []
        where = _mapping(raw, (), problems)
        if problems:
            raise NestedError(problems)
        return where

    def values(self) -> Iterator[Value]:
        """Every operand in it."""
        for _, entry in self.entries:
            if isinstance(entry, Value):
                yield entry
                continue
            for part in (entry,) if isinstance(entry, Where) else entry:
                yield from part.values()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda raw: raw if isinstance(raw, cls) else cls.parse(raw)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "object", "description": "A filter: property or relation to its conditions."}


def _mapping(raw: Any, path: Path, problems: list[tuple[Path, str]]) -> Where:
    if not isinstance(raw, Mapping):
        problems.append((path, "write a mapping from properties to conditions, as in {name: {eq: =name}}"))
        return Where(())
    if len(path) > MAXIMUM_DEPTH:
        problems.append((path, f"a filter may not nest deeper than {MAXIMUM_DEPTH}"))
        return Where(())
    return Where(
        tuple((str(key), _entry(str(key), value, (*path, str(key)), problems)) for key, value in raw.items())
    )


def _entry(
    key: str, value: Any, path: Path, problems: list[tuple[Path, str]]
) -> Where | tuple[Where, ...] | Value:
    if key in ("_and", "_or"):
        if not isinstance(value, list):
            problems.append((path, f"{key} takes a list of filters"))
            return ()
        return tuple(_mapping(item, (*path, index), problems) for index, item in enumerate(value))
    if isinstance(value, Mapping):
        return _mapping(value, path, problems)
    try:
        return Value.parse(value)
    except ExpressionError as error:
        problems.append(((*path, *error.path), error.message))
        return Where(())
