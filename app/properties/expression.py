"""The kind expression."""

from __future__ import annotations

from app.properties.computed import ComputedKind


class _Expression(ComputedKind):
    name = "expression"
    description = "What an expression makes of the record."
    graphql = "JSON"


KIND = _Expression()
