"""The kind multi_line_text."""

from __future__ import annotations

from app.properties.texts import TextKind


class _MultiLineText(TextKind):
    name = "multi_line_text"
    description = "A text of any number of lines."


KIND = _MultiLineText()
