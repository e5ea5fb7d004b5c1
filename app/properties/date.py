"""The kind date."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import ORDER_OPERATORS, Constraints, Invalid, PropertyKind
from app.properties.columns import IsoDate

_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Date(PropertyKind):
    name = "date"
    description = "A day, as in 2026-11-22."
    graphql = "Date"
    operators = ORDER_OPERATORS

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return IsoDate()

    def parse(self, value: Any, constraints: Constraints) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            if isinstance(value, str) and _FORM.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise Invalid("is_invalid", "is no date such as 2026-11-22")

    def render(self, value: Any) -> str:
        return str(value.isoformat())

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "string", "format": "date", "examples": ["2026-11-22"]}


KIND = _Date()
