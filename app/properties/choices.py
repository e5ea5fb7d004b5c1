"""The family of kinds that choose from `options`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.properties.base import Constraints, Invalid, PropertyKind
from app.suggestions import did_you_mean


class ChoiceKind(PropertyKind):
    """One or several of the options that the definition lists."""

    takes = frozenset({"options"})

    def problems(self, constraints: Constraints) -> Iterator[str]:
        options = constraints.options
        if not options:
            yield f"a property of kind {self.name} needs options"
            return
        if len(set(options)) != len(options):
            yield "an option stands twice"
        if not all(options):
            yield "an option is empty"
        yield from super().problems(constraints)


def chosen(value: Any, constraints: Constraints) -> str:
    """The value if it is one of the options, else `Invalid`."""
    if not isinstance(value, str):
        raise Invalid("is_invalid", "is no text")
    if value not in constraints.options:
        near = did_you_mean(value[:100], constraints.options)
        raise Invalid("is_not_an_option", f"is none of the options.{near}")
    return value
