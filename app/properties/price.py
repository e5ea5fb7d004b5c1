"""The kind price."""

from __future__ import annotations

from app.properties.numbers import DecimalKind


class _Price(DecimalKind):
    name = "price"
    description = "An amount of money with two digits after the point."
    takes = frozenset({"minimum", "maximum"})
    scale = 2


KIND = _Price()
