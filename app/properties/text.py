"""The kind text."""

from __future__ import annotations

from app.properties.texts import TextKind


class _Text(TextKind):
    name = "text"
    description = "A text of one line."


KIND = _Text()
