"""The errors of doors that have no shape of their own, as `app.edge.plain_error` writes them."""

from __future__ import annotations

from collections.abc import Mapping

from app.openapi.operation import Answer, refusals
from app.openapi.schemas import Schema, Schemas

_REASONS: Mapping[int, str] = {
    400: "The request is not as it should be; `fields` says which values are wrong and why.",
    401: "The credentials are missing or wrong.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    409: "A unique value is taken, a record still referred to, or the request with this key under way or done.",
    413: "The body is larger than the limit.",
    415: "The body is of another content type.",
    422: "The action ended with an error of its author's, or the idempotency key came with another request.",
    429: "Too many requests.",
    502: "The application failed at it.",
    503: "The server is busy.",
    504: "It did not end within its time.",
}
_TEXT: Schema = {"type": "string"}
_CODES: Schema = {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}}
_ERROR: Schema = {
    "type": "object",
    "properties": {"code": _TEXT, "message": _TEXT, "requestId": _TEXT, "fields": _CODES},
    "required": ["code", "message", "requestId"],
}


def plain_refusals(schemas: Schemas, *statuses: int) -> dict[str, Answer]:
    """The errors with these statuses."""
    shape = {"type": "object", "properties": {"error": _ERROR}, "required": ["error"]}
    return refusals(schemas.add("Error", shape), {status: _REASONS[status] for status in sorted(statuses)})
