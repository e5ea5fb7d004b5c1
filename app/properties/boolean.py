"""The kind boolean."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from app.properties.base import EQUALITY_OPERATORS, Constraints, Invalid, PropertyKind

_TEXTS = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}


class _Boolean(PropertyKind):
    name = "boolean"
    description = "True or false."
    graphql = "Boolean"
    operators = EQUALITY_OPERATORS

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return Boolean()

    def parse(self, value: Any, constraints: Constraints) -> bool:
        if isinstance(value, bool):
            return value
        known = _TEXTS.get(value.lower()) if isinstance(value, str) else None
        if known is None:
            raise Invalid("is_invalid", "is neither true nor false")
        return known

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "boolean"}


KIND = _Boolean()
