"""The kind multi_file."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.assets import REFERENCE, reference
from app.properties.base import Constraints, PropertyKind
from app.properties.columns import Json
from app.properties.structures import listed


class _MultiFile(PropertyKind):
    """A reference given twice counts once; a single text is one reference."""

    name = "multi_file"
    description = "Any number of stored files."
    graphql = "JSON"
    operators = frozenset()

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return Json()

    def parse(self, value: Any, constraints: Constraints) -> list[str]:
        return list(dict.fromkeys(map(reference, listed(value))))

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "array", "items": REFERENCE, "uniqueItems": True}


KIND = _MultiFile()
