"""The kind object."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import Constraints, PropertyKind
from app.properties.columns import Json
from app.properties.structures import checked_json, mapped


class _Object(PropertyKind):
    name = "object"
    description = "A JSON object, up to 32 levels and 1 MB."
    graphql = "JSON"
    operators = frozenset()

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return Json()

    def parse(self, value: Any, constraints: Constraints) -> Any:
        return checked_json(mapped(value))

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "object"}


KIND = _Object()
