"""The kind minutes."""

from __future__ import annotations

from app.properties.numbers import IntegerKind


class _Minutes(IntegerKind):
    name = "minutes"
    description = "A length of time in whole minutes, 0 or more."
    lowest = 0


KIND = _Minutes()
