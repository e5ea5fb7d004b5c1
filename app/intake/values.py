"""The values of somebody's columns as the kinds of properties take them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from app.definition.model import Property
from app.intake.place import EXACT
from app.properties import KINDS
from app.properties.base import Invalid
from app.properties.texts import TextKind

Convert = Callable[[Any], Any]


def converter(property: Property, dialect: str) -> Convert:
    """What makes a property's value of a column's (never null); it raises `Invalid` where that does not fit."""
    kind = KINDS[property.kind]
    own = _text if isinstance(kind, TextKind) or kind.name == "list" else _OWN.get(kind.name)
    if kind.graphql == "JSON" and dialect == "sqlite":
        own = _json
    if kind.graphql == "Decimal":
        own = _rounding(property)
    parse = kind.parse
    if own is None:
        return lambda value: parse(value, property)
    return lambda value: parse(own(value), property)


def _rounding(property: Property) -> Convert:
    """Binary numbers are never quite what was meant, so they are rounded to the digits there are."""
    scale = KINDS[property.kind].column(property).scale  # type: ignore[attr-defined]
    unit = Decimal(1).scaleb(-scale)

    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            with suppress(InvalidOperation):
                return Decimal(repr(value)).quantize(unit)
        return value

    return rounded


def _text(value: Any) -> Any:
    return value if isinstance(value, str | bytes | memoryview) else str(value)


def _boolean(value: Any) -> Any:
    return bool(value) if value in (0, 1) else value


def _date(value: Any) -> Any:
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, str) and value[10:].strip("T0:. Z") == "":
        return value[:10]
    return value


def _time(value: Any) -> Any:
    if isinstance(value, str):
        with suppress(ValueError):
            return time.fromisoformat(value)
    return value


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return EXACT(value)
    except ValueError:
        raise Invalid("is_invalid", "is no JSON") from None


_OWN: dict[str, Convert] = {"boolean": _boolean, "date": _date, "time": _time}
