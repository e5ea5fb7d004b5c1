"""How the names of a definition become names in GraphQL, SQL and URLs, and how ids are derived."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from app.auth import base64url

SHAPE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
"""What is a name in GraphQL, SQL, Python and expressions alike."""
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATOR = re.compile(r"[^A-Za-z0-9]+")


def snake(name: str) -> str:
    """`JwtToken` -> `jwt_token`; the form of columns, tables and REST properties."""
    return "_".join(word.lower() for word in _words(name))


def camel(name: str) -> str:
    """`created_at` -> `createdAt`; the form of GraphQL fields."""
    first, *rest = _words(name) or [""]
    return first.lower() + "".join(word[:1].upper() + word[1:].lower() for word in rest)


def pascal(name: str) -> str:
    """`price list` -> `PriceList`; the form of GraphQL types. A name that is Pascal already stays itself."""
    return "".join(word[:1].upper() + word[1:] for word in _SEPARATOR.split(name) if word)


def aggregate_field(relation: str) -> str:
    """`comments` -> `commentsAggregate`; the GraphQL field of what the records of a relation come to."""
    return f"{relation}Aggregate"


def action_field(action: str) -> str:
    """`Upload file` -> `uploadFile`; the mutation that runs the action."""
    return camel(action)


def answer_type(action: str) -> str:
    """`Upload file` -> `UploadFileResult`; the GraphQL type of what that mutation answers."""
    field = action_field(action)
    return f"{field[:1].upper()}{field[1:]}Result"


def derived_uuid(application: UUID, kind: str, name: str) -> UUID:
    """The uuid of a thing whose author gave none: stays the same from start to start."""
    return uuid5(application, f"{kind}:{name}")


def parse_uuid(text: str) -> UUID | None:
    """A uuid with or without hyphens in any case; None when it is no uuid."""
    try:
        return UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None


def short_uuid(uuid: UUID) -> str:
    """A uuid as 22 characters of base64url."""
    return base64url.encode(uuid.bytes)


def parse_short_uuid(text: str) -> UUID | None:
    """A uuid in base64url, or in any other spelling; None when it is no uuid."""
    try:
        return UUID(bytes=base64url.decode(text)) if len(text) == 22 else parse_uuid(text)
    except ValueError:
        return None


def _words(name: str) -> list[str]:
    return [word for part in _SEPARATOR.split(name) for word in _WORD_START.split(part) if word]
