"""What every text has to be, whatever its kind."""

from __future__ import annotations

from app.properties.base import Invalid


def checked_text(value: object) -> str:
    """The value if it is a text that both databases can hold, else `Invalid`."""
    if not isinstance(value, str):
        raise Invalid("is_invalid", "is no text")
    if "\0" in value:
        raise Invalid("is_invalid", "has a NUL character")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Invalid("is_invalid", "has half of a surrogate pair")
    return value
