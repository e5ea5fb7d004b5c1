"""The family of kinds that refer to stored files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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


def check_stored(references: Sequence[str], known: Mapping[str, str], *, image: bool) -> None:
    """Raises `Invalid` for references to what is not `known`, and for what is no picture where one is wanted.

    `known` are the content types of the files that there are, by their references.
    """
    if not known.keys() >= set(references):
        raise Invalid("is_invalid", "is no file that was stored")
    if image and not all(known[one].startswith("image/") for one in references):
        raise Invalid("is_invalid", "is no image")


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
