"""The kind rich_text."""

from __future__ import annotations

from app.properties.texts import TextKind


class _RichText(TextKind):
    name = "rich_text"
    description = "A text with HTML in it, kept as it is given; whoever shows it makes it safe."


KIND = _RichText()
