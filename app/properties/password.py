"""The kind password."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.types import TypeEngine

from app.properties.base import Constraints, Invalid, PropertyKind
from app.properties.columns import collated_text
from app.properties.plain_text import checked_text

SHORTEST = 8
LONGEST = 1024


class _Password(PropertyKind):
    """What is parsed is the password itself; its column holds only a hash of it."""

    name = "password"
    description = "A password of 8 characters or more (`minimum` says how many); it can be set, never read."
    takes = frozenset({"minimum"})
    operators = frozenset()
    readable = False

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return collated_text()

    def parse(self, value: Any, constraints: Constraints) -> str:
        text = checked_text(value)
        shortest = SHORTEST if constraints.minimum is None else constraints.minimum
        if len(text) < shortest:
            raise Invalid("is_too_short", f"has fewer than {shortest} characters")
        if len(text) > LONGEST:
            raise Invalid("is_too_long", f"has more than {LONGEST} characters")
        return text

    def problems(self, constraints: Constraints) -> Iterator[str]:
        minimum = constraints.minimum
        if minimum is not None and (minimum % 1 or not 1 <= minimum <= LONGEST):
            yield f"minimum is a number of characters from 1 to {LONGEST}"
        if constraints.default is not None:
            yield "a password takes no default"
            return
        yield from super().problems(constraints)

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        shortest = SHORTEST if constraints.minimum is None else int(constraints.minimum)
        return {"type": "string", "format": "password", "minLength": shortest, "maxLength": LONGEST}


KIND = _Password()
