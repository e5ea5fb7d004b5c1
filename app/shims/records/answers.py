"""What this door answers: JSON, and errors as `{errors, code, message, requestId}` with one of few statuses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.definition.names import snake
from app.edge import request_id, retry_headers, to_json
from app.edge.doors import Answer
from app.errors import INTERNAL_CODE, INTERNAL_MESSAGE, ActionQLError, BadInput
from app.logs import get_logger

STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "BAD_USER_INPUT": 400,
        "CONFLICT": 400,
        "ALREADY_DONE": 400,
        "IDEMPOTENCY_KEY_IN_USE": 400,
        "IDEMPOTENCY_KEY_REUSED": 400,
        "HTTPS_REQUIRED": 400,
        "UNAUTHENTICATED": 401,
        "PRIVATE_DATA_MODE": 401,
        "FORBIDDEN": 401,
        "NOT_FOUND": 404,
        "TOO_LARGE": 413,
        "TOO_MANY_REQUESTS": 429,
        "OVERLOADED": 429,
        "ACTION_FAILED": 502,
        "STEP_FAILED": 502,
        "TIMED_OUT": 502,
        "DEFINITION_ERROR": 502,
        INTERNAL_CODE: 502,
    }
)
"""The status of each code; the protocol has no other statuses than these and those of the transport."""

WHOLE = "base"
"""Under what stands in `errors` what concerns no single property."""

_TRANSPORT = frozenset({405, 413, 415})
_NOT_KEPT = {"cache-control": "no-store"}
_HEADERS = ((b"cache-control", b"no-store"), (b"content-type", b"application/json; charset=utf-8"))


class WrongMethod(BadInput):
    """405: the path is there, but not for this method."""

    status = 405

    def __init__(self, allow: str) -> None:
        super().__init__(f"This path takes {allow}.")
        self.allow = allow


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON."""
    more = (
        [(name.lower().encode(), text.encode("latin-1")) for name, text in headers.items()] if headers else ()
    )
    return Answer(to_json(value), status, (*_HEADERS, *more))


def nothing() -> Response:
    """204, without a body."""
    return Response(status_code=204, headers=_NOT_KEPT)


def refuse(request: Request, error: Exception) -> Response:
    """An error as this door shows it; what is not of the error tree is logged, and tells nothing but the id."""
    if not isinstance(error, ActionQLError) or error.code == INTERNAL_CODE:
        get_logger().error("unexpected error", request_id=request_id(request), exc_info=error)
        error = ActionQLError(INTERNAL_MESSAGE)
    status = error.status if error.status in _TRANSPORT else STATUSES[error.code]
    headers = retry_headers(error)
    if status == 401:
        headers["www-authenticate"] = 'Basic realm="API", charset="UTF-8"'
    if isinstance(error, WrongMethod):
        headers["allow"] = error.allow
    body = {
        "errors": _errors(error),
        "code": error.code,
        "message": error.message,
        "requestId": request_id(request),
    }
    return answer(body, status, headers)


def _errors(error: ActionQLError) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = getattr(error, "fields", {})
    if not fields:
        return {WHOLE: [error.message]}
    return {_shown(name): codes for name, codes in fields.items()}


def _shown(name: str) -> str:
    return snake(name) or name or WHOLE
