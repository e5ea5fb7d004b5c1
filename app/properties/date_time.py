"""The kind date_time."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import ORDER_OPERATORS, Constraints, Invalid, PropertyKind
from app.properties.columns import UtcDateTime
from app.properties.instants import date_time_text, in_utc

_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)


class _DateTime(PropertyKind):
    """A time without an offset is UTC, a day is the beginning of it, digits after the sixth are left out."""

    name = "date_time"
    description = "A moment, as in 2026-11-22T03:07:01+00:00."
    graphql = "DateTime"
    operators = ORDER_OPERATORS

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return UtcDateTime()

    def parse(self, value: Any, constraints: Constraints) -> datetime:
        try:
            if isinstance(value, datetime):
                return in_utc(value)
            if isinstance(value, date):
                return in_utc(datetime.combine(value, time()))
            if isinstance(value, str) and _FORM.fullmatch(value):
                return in_utc(datetime.fromisoformat(value.upper()))
        except (ValueError, OverflowError):
            pass
        raise Invalid("is_invalid", "is no time such as 2026-11-22T03:07:01+00:00")

    def render(self, value: Any) -> str:
        return date_time_text(value)

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "examples": ["2026-11-22T03:07:01+00:00"]}


KIND = _DateTime()
