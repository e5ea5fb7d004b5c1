"""Answers that doors have in common: errors without a shape of their own, and exact JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from graphql import Undefined
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.edge.requests import request_id
from app.errors import (
    INTERNAL_CODE,
    INTERNAL_MESSAGE,
    ActionQLError,
    BadInput,
    KeyInUse,
    Overloaded,
    TooManyRequests,
)
from app.json_text import write_json_bytes
from app.logs import get_logger


def plain_error(request: Request, error: Exception) -> JSONResponse:
    """An error for doors that have no shape of their own: `{"error": {code, message, requestId}}`, perhaps `fields`.

    What is not of the error tree is logged, and answered with nothing but the id.
    """
    if not isinstance(error, ActionQLError) or error.code == INTERNAL_CODE:
        get_logger().error("unexpected error", request_id=request_id(request), exc_info=error)
        error = ActionQLError(INTERNAL_MESSAGE)
    body: dict[str, Any] = {"code": error.code, "message": error.message, "requestId": request_id(request)}
    if isinstance(error, BadInput) and error.fields:
        body["fields"] = error.fields
    return JSONResponse({"error": body}, error.status, retry_headers(error))


def retry_headers(error: Exception) -> dict[str, str]:
    """When a refused caller may come back, in seconds."""
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": "1"} if isinstance(error, Overloaded | KeyInUse) else {}


def to_json(value: Any) -> bytes:
    """The value as the JSON of an answer: exact, with null for what is undefined or no finite number."""
    return write_json_bytes(value, _json_of)


def _json_of(value: object) -> None:
    if value is Undefined or isinstance(value, Decimal):
        return
    raise TypeError(f"{type(value).__name__} has no JSON")
