"""The kind time."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import ORDER_OPERATORS, Constraints, Invalid, PropertyKind
from app.properties.columns import IsoTime
from app.properties.instants import time_text

_FORM = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


class _Time(PropertyKind):
    name = "time"
    description = "A time of day in hours, minutes and seconds, as in 13:05:00; it has no zone."
    graphql = "Time"
    operators = ORDER_OPERATORS

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return IsoTime()

    def parse(self, value: Any, constraints: Constraints) -> time:
        if isinstance(value, time) and value.tzinfo is None:
            return value.replace(microsecond=0)
        try:
            if isinstance(value, str) and _FORM.fullmatch(value):
                return time.fromisoformat(value)
        except ValueError:
            pass
        raise Invalid("is_invalid", "is no time such as 13:05 or 13:05:00")

    def render(self, value: Any) -> str:
        return time_text(value)

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_FORM.pattern}$", "examples": ["13:05:00"]}


KIND = _Time()
