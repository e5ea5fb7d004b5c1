"""The kind decimal."""

from __future__ import annotations

from app.properties.numbers import DecimalKind


class _Decimal(DecimalKind):
    name = "decimal"
    description = "An exact number with `scale` digits after the point, 8 unless said otherwise."
    takes = frozenset({"minimum", "maximum", "scale"})
    scale = 8


KIND = _Decimal()
