"""Examples of values that a schema takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.openapi.schemas import Schema

_PREFIX = "#/components/schemas/"
_BY_FORMAT: Mapping[str, Any] = {"password": "correct horse battery"}
_BY_TYPE: Mapping[str, Any] = {"boolean": True, "object": {}, "null": None}


class NoExample(Exception):
    """There is none that is sure to be taken."""


def example(schema: Schema, components: Mapping[str, Schema]) -> Any:
    """A value that the schema takes; raises `NoExample`, as for a text of a certain form."""
    if "$ref" in schema:
        return example(components[schema["$ref"].removeprefix(_PREFIX)], components)
    if "default" in schema:
        return schema["default"]
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], components)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if "properties" in schema:
        return dict(_members(schema, components))
    if kind == "array":
        return [example(schema["items"], components)] if schema["items"] else []
    if kind in ("integer", "number"):
        return _number(schema)
    return _text(schema) if kind == "string" else _BY_TYPE[kind]


def _members(schema: Schema, components: Mapping[str, Schema]) -> list[tuple[str, Any]]:
    found = []
    for name, inner in schema["properties"].items():
        try:
            found.append((name, example(inner, components)))
        except NoExample:
            if name in schema.get("required", ()):
                raise
    return found


def _number(schema: Schema) -> Any:
    low, high = schema.get("minimum", 1), schema.get("maximum", 1)
    return max(low, min(1, high))


def _text(schema: Schema) -> str:
    if "pattern" in schema or schema.get("format") == "binary":
        raise NoExample
    text: str = _BY_FORMAT.get(schema.get("format", ""), "text")
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", len(text))
    return text.ljust(shortest, "x")[: max(longest, shortest)]
