"""The family of kinds that refer to stored files."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import TEXT_OPERATORS, Constraints, Invalid, PropertyKind
from app.properties.columns import collated_text
from app.properties.plain_text import checked_text

_REFERENCE = re.compile(r"[0-9a-f]{32}/(?!\.{1,2}\Z)[^/\\\x00-\x1f\x7f]{1,255}")


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
