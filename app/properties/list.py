"""The kind list."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import Constraints
from app.properties.choices import ChoiceKind, chosen
from app.properties.columns import collated_text


class _List(ChoiceKind):
    name = "list"
    description = "One of the options."

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return collated_text()

    def parse(self, value: Any, constraints: Constraints) -> str:
        return chosen(value, constraints)

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "string", "enum": list(constraints.options)}


KIND = _List()
