"""The small types that definitions are written with: durations and references."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from app.definition.source import Path

_DURATION = re.compile(r"([0-9]+)(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
LONGEST = timedelta(days=36_500)
"""So that no time it leads to is beyond what calendars hold."""


def parse_duration(value: Any) -> timedelta:
    """`250ms 30s 15m 2h 14d` as a timedelta; a bare number is milliseconds."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**12:
        return timedelta(milliseconds=value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 16 else None
    if match is None:
        raise ValueError("write a duration such as 250ms, 30s, 15m, 2h or 14d")
    count, unit = int(match[1]), match[2]
    if count > LONGEST // timedelta(**{_UNITS[unit]: 1}):
        raise ValueError(f"write a duration of at most {LONGEST.days}d")
    return timedelta(**{_UNITS[unit]: count})


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["250ms", "30s", "15m", "2h", "14d"]}),
]


class NestedError(ValueError):
    """Mistakes inside a value that Pydantic takes as one, each with its place below the value."""

    def __init__(self, problems: Sequence[tuple[Path, str]]) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a text that names another part of the definition; `checks` resolves it.

    Of a `member`, `endpoint`, `variable` and `input` the owner is named by a field beside it: `model`,
    `webservice`, `endpoint` and `action`; where that is absent, only the run can tell.
    """

    to: Literal[
        "model",
        "action",
        "profile",
        "webservice",
        "role",
        "property",
        "member",
        "endpoint",
        "variable",
        "input",
        "result",
    ]


ModelName = Annotated[str, Reference("model")]
ActionName = Annotated[str, Reference("action")]
ProfileName = Annotated[str, Reference("profile")]
WebserviceName = Annotated[str, Reference("webservice")]
RoleName = Annotated[str, Reference("role")]
RoleNames = Annotated[
    tuple[RoleName, ...],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""Roles, or a single one without a list."""
PropertyPath = Annotated[str, Reference("property")]
"""`Media.file`"""
MemberName = Annotated[str, Reference("member")]
"""A property or relation of the model that `model` beside it names."""
WebserviceEndpointName = Annotated[str, Reference("endpoint")]
"""An endpoint of the webservice that `webservice` beside it names."""
VariableName = Annotated[str, Reference("variable")]
"""A variable of the webservice and endpoint beside it."""
InputName = Annotated[str, Reference("input")]
"""An input of the action that `action` beside it names."""
ResultName = Annotated[str, Reference("result")]
"""A variable of the run that this step sets, as `assign` does; later steps know it."""


def _lists_of_lists(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [[entry] if isinstance(entry, str) else entry for entry in value]


KeyLists = Annotated[
    tuple[tuple[str, ...], ...],
    BeforeValidator(_lists_of_lists),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        }
    ),
]
"""Lists of properties and belongs_to relations; a single one needs no list of its own."""
