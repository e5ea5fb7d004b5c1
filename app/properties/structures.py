"""How lists and objects arrive: as they are, or as JSON in the text of a form field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.expressions.errors import OperandError
from app.expressions.json_text import read_json
from app.properties.base import Invalid

MAX_ITEMS = 1_000


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


def _from_text(text: str) -> Any:
    try:
        return read_json(text)
    except OperandError as error:
        raise Invalid("is_invalid", f"is no JSON: {error}") from None
