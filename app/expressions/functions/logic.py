"""Functions about what is there and what is not."""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from app.expressions.functions.declaration import Parameter, function
from app.expressions.kinds import Kind


@function(
    Parameter("value", Kind.ANY, many=True),
    result=Kind.ANY,
    example='coalesce(null, "", "later")',
    gives='""',
)
def coalesce(*values: Any) -> Any:
    """The first value that is not null."""
    return next((value for value in values if value is not None), None)


@function(Parameter("value", Kind.ANY), result=Kind.BOOLEAN, example='is_present("  ")', gives="false")
def is_present(value: Any) -> bool:
    """Whether there is a value: not null, no empty or blank text, no empty list or object."""
    if isinstance(value, str):
        return bool(value) and not value.isspace()
    if isinstance(value, Sized):
        return len(value) > 0
    return value is not None
