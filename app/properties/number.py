"""The kind number."""

from __future__ import annotations

from app.properties.numbers import IntegerKind


class _Number(IntegerKind):
    name = "number"
    description = "A whole number of 32 bits."
    hint = "; the kind decimal holds larger numbers"


KIND = _Number()
