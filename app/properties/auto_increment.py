"""The kind auto_increment."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import Constraints
from app.properties.columns import identifier
from app.properties.numbers import IntegerKind


class _AutoIncrement(IntegerKind):
    """What callers give is only ever compared with, so it is read like any number."""

    name = "auto_increment"
    description = "A number that the server counts up with each record."
    takes = frozenset()
    writable = False
    summable = False

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return identifier()

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "integer", "format": "int64", "minimum": 1}


KIND = _AutoIncrement()
