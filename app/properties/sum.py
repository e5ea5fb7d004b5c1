"""The kind sum."""

from __future__ import annotations

from app.properties.computed import ComputedKind


class _Sum(ComputedKind):
    name = "sum"
    description = "The sum of a property over the records that a relation leads to."
    graphql = "Decimal"


KIND = _Sum()
