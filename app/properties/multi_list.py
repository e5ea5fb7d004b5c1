"""The kind multi_list."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import Constraints
from app.properties.choices import ChoiceKind, chosen
from app.properties.columns import Json
from app.properties.structures import listed


class _MultiList(ChoiceKind):
    """An option given twice counts once; a single text is one option."""

    name = "multi_list"
    description = "Any number of the options, each once."
    graphql = "JSON"
    operators = frozenset()

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return Json()

    def parse(self, value: Any, constraints: Constraints) -> list[str]:
        return list(dict.fromkeys(chosen(option, constraints) for option in listed(value)))

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        items = {"type": "string", "enum": list(constraints.options)}
        return {"type": "array", "items": items, "uniqueItems": True}


KIND = _MultiList()
