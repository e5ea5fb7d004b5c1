"""The family of kinds that have no column: their values are computed when read."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import NullType, TypeEngine

from app.properties.base import Constraints, Invalid, PropertyKind


class ComputedKind(PropertyKind):
    """A value that nobody gives."""

    operators = frozenset()
    stored = False
    writable = False

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return NullType()

    def parse(self, value: Any, constraints: Constraints) -> Any:
        raise Invalid("is_read_only", "is computed and cannot be given")

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        """Any value."""
        return {}
