"""The kind sum."""

from __future__ import annotations

from typing import Any

from app.properties.base import Constraints
from app.properties.computed import ComputedKind


class _Sum(ComputedKind):
    name = "sum"
    description = "The sum of a property over the records that a relation leads to."
    graphql = "Decimal"

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "number"}


KIND = _Sum()
