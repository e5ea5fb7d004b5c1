"""The kind count."""

from __future__ import annotations

from app.properties.computed import ComputedKind


class _Count(ComputedKind):
    name = "count"
    description = "How many records a relation leads to."
    graphql = "Int"


KIND = _Count()
