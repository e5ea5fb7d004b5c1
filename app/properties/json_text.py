"""JSON values as they are stored: read and written with exact numbers, of bounded depth and size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from app.properties.base import Invalid
from app.properties.instants import date_time_text, time_text
from app.properties.plain_text import checked_text

MAX_DEPTH = 32
MAX_CHARACTERS = 1_000_000
MAX_INTEGER = 2**63 - 1
MAX_EXPONENT = 308
"""Of a number with a point; what every reader of JSON copes with."""


def to_json_text(value: Any) -> str:
    """The JSON text of a checked value; a Decimal keeps all its digits."""
    return orjson.dumps(value, default=_fragment).decode()


def from_json_text(text: str | bytes) -> Any:
    """The value of a stored JSON text, with Decimals and never floats."""
    return json.loads(text, parse_float=Decimal)


def checked_json(value: Any) -> Any:
    """The value as JSON holds it: floats become Decimals, moments texts; else raises `Invalid`."""
    checked = _checked(value, MAX_DEPTH)
    if len(to_json_text(checked)) > MAX_CHARACTERS:
        raise Invalid("is_too_large", f"has more than {MAX_CHARACTERS:,} characters of JSON")
    return checked


def _fragment(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON value")
    return orjson.Fragment(str(value))


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
