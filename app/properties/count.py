"""The kind count."""

from __future__ import annotations

from typing import Any

from app.properties.base import Constraints
from app.properties.computed import ComputedKind


class _Count(ComputedKind):
    name = "count"
    description = "How many records a relation leads to."
    graphql = "Int"

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0}


KIND = _Count()
