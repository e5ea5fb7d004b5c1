"""One operation as its door describes it: one method of one path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.openapi.schemas import Schema

JSON = "application/json"
Place = Literal["path", "query", "header"]
Security = Literal["basic", "bearer", "cookie", "module_key", "incoming_key", "nobody"]
"""Ways of saying who calls; `nobody`: it may be left out."""

_HEADERS: Mapping[int, Mapping[str, str]] = {
    429: {"Retry-After": "Seconds after which the caller may come back."},
    503: {"Retry-After": "Seconds after which the caller may come back."},
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of the path, the query or the headers."""

    place: Place
    name: str
    schema: Schema
    description: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request, by media type."""

    content: Mapping[str, Schema]
    required: bool = True
    description: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes with one status, by media type; no content: no body."""

    description: str
    content: Mapping[str, Schema] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names with what they say."""


@dataclass(frozen=True, slots=True)
class Described:
    """One method of one path. `id` is unique within an application, `tag` the group that it is shown in."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    answers: Mapping[str, Answer]
    """By status."""
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    security: tuple[Security, ...] = ("nobody",)
    """Any of them will do."""
    keyed: bool = False
    """Whether it changes something, and takes an idempotency key."""


def answers(status: int, description: str, schema: Schema | None = None, **headers: str) -> dict[str, Answer]:
    """The answer with one status, as JSON."""
    content: dict[str, Any] = {} if schema is None else {JSON: schema}
    return {str(status): Answer(description, content, headers)}


def refusals(schema: Schema, reasons: Mapping[int, str]) -> dict[str, Answer]:
    """The errors that a door gives, with the shape that all of them have."""
    return {
        str(status): Answer(reason, {JSON: schema}, _HEADERS.get(status, {}))
        for status, reason in reasons.items()
    }
