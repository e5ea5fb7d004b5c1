"""The family of texts: a length, a pattern, and what each kind finds plausible."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from sqlalchemy.types import TypeEngine

from app.properties.base import Constraints, Invalid, PropertyKind
from app.properties.columns import collated_text
from app.properties.patterns import matches, pattern_problem
from app.properties.plain_text import checked_text


class TextKind(PropertyKind):
    """A text. Kinds of a certain form say in `plausible` which texts they take."""

    takes = frozenset({"length", "pattern"})
    longest: ClassVar[int | None] = None
    """Most characters whatever the definition says."""
    example: ClassVar[str] = ""
    format: ClassVar[str | None] = None
    """Of JSON Schema, where it has one for this kind."""

    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        return collated_text()

    def parse(self, value: Any, constraints: Constraints) -> str:
        text = self.normal(checked_text(value))
        limits = [limit for limit in (self.longest, constraints.length) if limit is not None]
        if limits and len(text) > min(limits):
            raise Invalid("is_too_long", f"has more than {min(limits)} characters")
        if not self.plausible(text):
            raise Invalid("is_invalid", f"is no {self.name.replace('_', ' ')} such as {self.example}")
        if constraints.pattern is not None and not matches(constraints.pattern, text):
            raise Invalid("does_not_match", "does not have the form that is asked for")
        return text

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        limits = [limit for limit in (self.longest, constraints.length) if limit is not None]
        pattern = constraints.pattern
        described = {
            "format": self.format,
            "maxLength": min(limits, default=None),
            "pattern": None if pattern is None else f"^(?:{pattern})$",
            "examples": [self.example] if self.example and pattern is None else None,
        }
        return {"type": "string"} | {name: value for name, value in described.items() if value is not None}

    def normal(self, text: str) -> str:
        """The one form in which this text is kept."""
        return text

    def plausible(self, text: str) -> bool:
        """Whether the text has the form of this kind."""
        return True

    def problems(self, constraints: Constraints) -> Iterator[str]:
        problem = None if constraints.pattern is None else pattern_problem(constraints.pattern)
        if problem is not None:
            yield problem
            return
        yield from super().problems(constraints)
