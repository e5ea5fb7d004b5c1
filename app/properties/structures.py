"""Lists, objects and other JSON values: how they arrive, and what of them is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from app.expressions.errors import OperandError
from app.expressions.values import read_json
from app.json_text import write_json
from app.properties.base import Invalid
from app.properties.instants import date_time_text, time_text
from app.properties.plain_text import checked_text

MAX_ITEMS = 1_000
MAX_DEPTH = 32
MAX_CHARACTERS = 1_000_000
MAX_INTEGER = 2**63 - 1
MAX_EXPONENT = 308
"""Of a number with a point; what every reader of JSON copes with."""


def listed(value: Any) -> list[Any]:
    """The items of a list, or of a text with a JSON list; any other text is the only item."""
    items = _from_text(value) if isinstance(value, str) and value.startswith("[") else value
    if isinstance(items, str):
        return [items]
    if not isinstance(items, list | tuple):
        raise Invalid("is_invalid", "is no list")
    if len(items) > MAX_ITEMS:
        raise Invalid("is_too_long", f"has more than {MAX_ITEMS:,} items")
    return list(items)


def mapped(value: Any) -> Mapping[Any, Any]:
    """An object, or a text with a JSON object."""
    found = _from_text(value) if isinstance(value, str) else value
    if not isinstance(found, Mapping):
        raise Invalid("is_invalid", "is no object")
    return found


def checked_json(value: Any) -> Any:
    """The value as JSON holds it: floats become Decimals, moments texts; else raises `Invalid`."""
    checked = _checked(value, MAX_DEPTH)
    if len(write_json(checked)) > MAX_CHARACTERS:
        raise Invalid("is_too_large", f"has more than {MAX_CHARACTERS:,} characters of JSON")
    return checked


def _from_text(text: str) -> Any:
    try:
        return read_json(text)
    except OperandError as error:
        raise Invalid("is_invalid", f"is no JSON: {error}") from None


def _checked(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return checked_text(value)
    if isinstance(value, int | float | Decimal):
        return _checked_number(value)
    if isinstance(value, date | time):
        return _checked_moment(value)
    if depth == 0:
        raise Invalid("is_too_large", f"is more than {MAX_DEPTH} lists and objects deep")
    if isinstance(value, Mapping):
        return {_checked_key(key): _checked(part, depth - 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_checked(part, depth - 1) for part in value]
    raise Invalid("is_invalid", "is no JSON value")


def _checked_key(key: Any) -> str:
    if not isinstance(key, str):
        raise Invalid("is_invalid", "has a key that is no text")
    return checked_text(key)


def _checked_number(value: int | float | Decimal) -> int | Decimal:
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise Invalid("is_too_large", "has a whole number of more than 64 bits")
        return value
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    if not exact.is_finite():
        raise Invalid("is_invalid", "has a number that is not finite")
    if len(exact.as_tuple().digits) > MAX_EXPONENT or (exact and abs(exact.adjusted()) > MAX_EXPONENT):
        raise Invalid("is_too_large", "has a number with too many digits")
    return exact if exact else Decimal(0)


def _checked_moment(value: date | time) -> str:
    if isinstance(value, datetime):
        return date_time_text(value)
    return time_text(value) if isinstance(value, time) else value.isoformat()
