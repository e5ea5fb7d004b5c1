"""The family of kinds that refer to stored files."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import TEXT_OPERATORS, Constraints, Invalid, PropertyKind
from app.properties.columns import collated_text
from app.properties.plain_text import checked_text

_REFERENCE = re.compile(r"[0-9a-f]{32}/(?!\.{1,2}\Z)[^/\\\x00-\x1f\x7f]{1,255}")

REFERENCE = {
    "type": "string",
    "description": "The reference to a stored file.",
    "examples": ["7f2a0a8a140dc9e8662a32569db1364a/picture.png"],
}
"""The JSON Schema of a reference."""


def reference(value: Any) -> str:
    """The value if it has the form of a stored file's reference, `<32 hex digits>/<name>`, else `Invalid`."""
    text = checked_text(value)
    if not _REFERENCE.fullmatch(text):
        raise Invalid("is_invalid", "is no reference to a stored file")
    return text


class AssetKind(PropertyKind):
    """A reference to one stored file; whether the file is there is for the asset store to say."""

    graphql_input = "String"
    operators = TEXT_OPERATORS - {"in", "nin"}

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return collated_text()

    def parse(self, value: Any, constraints: Constraints) -> str:
        return reference(value)

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return REFERENCE

    def answer_schema(self, constraints: Constraints) -> dict[str, Any]:
        """A signed address, which is good for one to two hours."""
        return {
            "type": "object",
            "properties": {"name": {"type": "string"}, "url": {"type": "string", "format": "uri"}},
            "required": ["name", "url"],
        }
