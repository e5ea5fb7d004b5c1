"""Writes GraphQL answers: errors with their codes, JSON, and the HTTP status that the media type asks for.

`application/json` answers 200 to whatever reached GraphQL, as its clients expect; a client that accepts
`application/graphql-response+json` sees a request that was not executed by its status, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import GraphQLError, GraphQLSyntaxError
from starlette.responses import Response

from app.edge import to_json
from app.edge.doors import Answer
from app.errors import (
    INTERNAL_CODE,
    INTERNAL_MESSAGE,
    ActionQLError,
    BadInput,
    DefinitionError,
    KeyInUse,
    Overloaded,
    TooManyRequests,
)
from app.logs import get_logger
from app.schema.documents import PARSE_FAILED
from app.schema.guard import VALIDATION_FAILED

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

# These concern the request more than the operation: every client is told by the status.
_TOLD_BY_STATUS = frozenset({413, 429})
_RETRY_AFTER = 1
# How graphql-core ends a message with the whole value that did not fit.
_FOUND = re.compile(r"([.,;?]) found: .*", re.IGNORECASE | re.DOTALL)


class Outcome(Protocol):
    """What executing an operation gave: graphql-core's `ExecutionResult`, or anything shaped like it."""

    @property
    def data(self) -> Any: ...
    @property
    def errors(self) -> Sequence[GraphQLError] | None: ...
    @property
    def extensions(self) -> Mapping[str, Any] | None: ...


def answer(outcome: Outcome, media_type: str, request_id: str) -> Response:
    """The answer to an operation, executed or refused.

    Where there is no data and no error has a path, the operation did not run: then the body has no `data`.
    Unexpected errors are logged. Raises TypeError for data that JSON cannot say.
    """
    errors = list(outcome.errors or ())
    body: dict[str, Any] = {"data": outcome.data}
    status = 200
    if errors and outcome.data is None and not any(error.path for error in errors):
        body = {}
        status = _status(_fault(errors[0]).status, media_type)
    if errors:
        body["errors"] = [format_error(error, request_id) for error in errors]
    if outcome.extensions:
        body["extensions"] = outcome.extensions
    for error in errors:
        _log(error, request_id)
    response = _response(body, status, media_type)
    if any(isinstance(error.original_error, KeyInUse) for error in errors):
        response.headers["retry-after"] = str(_RETRY_AFTER)
    return response


def refuse(error: Exception, media_type: str, request_id: str, *, status: int | None = None) -> Response:
    """The answer to a request that failed as a whole; `status` overrules what the media type asks for."""
    fault = _fault(error)
    _log(error, request_id)
    body = {"errors": [{"message": fault.message, "extensions": fault.extensions(request_id)}]}
    response = _response(body, status or _status(fault.status, media_type), media_type)
    if isinstance(error, TooManyRequests):
        response.headers["retry-after"] = str(error.retry_after)
    elif isinstance(error, Overloaded):
        response.headers["retry-after"] = str(_RETRY_AFTER)
    elif response.status_code == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response


def format_error(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """The error as GraphQL shows it, with `extensions {code, statusCode, requestId}`.

    An error of the tree keeps its code and message, a fault of the document or its input says what is wrong,
    and anything else says nothing but the request id.
    """
    fault = _fault(error)
    formatted: dict[str, Any] = {"message": fault.message}
    if error.locations:
        formatted["locations"] = [location.formatted for location in error.locations]
    if error.path:
        formatted["path"] = error.path
    formatted["extensions"] = fault.extensions(request_id)
    return formatted


@dataclass(frozen=True, slots=True)
class _Fault:
    """How one error is answered."""

    message: str = INTERNAL_MESSAGE
    code: str = INTERNAL_CODE
    status: int = 500
    more: Mapping[str, Any] = field(default_factory=dict)

    def extensions(self, request_id: str) -> dict[str, Any]:
        return {"code": self.code, "statusCode": self.status, "requestId": request_id, **self.more}


def _fault(error: Exception) -> _Fault:
    if isinstance(error, GraphQLError):
        if isinstance(error, GraphQLSyntaxError):
            return _Fault(error.message, PARSE_FAILED, 400)
        if error.extensions and error.extensions.get("code") == VALIDATION_FAILED:
            return _Fault(_without_value(error.message), VALIDATION_FAILED, 400)
    cause = _cause(error)
    if isinstance(cause, DefinitionError):
        return _Fault()
    if isinstance(cause, ActionQLError) and cause.code != INTERNAL_CODE:
        return _Fault(cause.message, cause.code, cause.status, _more(cause))
    if isinstance(error, GraphQLError) and _is_about_input(error):
        return _Fault(_without_value(error.message), BadInput.code, BadInput.status)
    return _Fault()


def _without_value(message: str) -> str:
    """The message without the input that it quotes, which may hold a password."""
    return _FOUND.sub(lambda match: "?" if match[1] == "?" else ".", message)


def _cause(error: Exception) -> Exception:
    """The error that was raised first, without graphql-core's wrappings."""
    while isinstance(error, GraphQLError) and error.original_error:
        error = error.original_error
    return error


def _is_about_input(error: GraphQLError) -> bool:
    """Whether variables or arguments did not fit their types.

    graphql-core tells so by an error that names a node of the document: by itself for variables, before
    execution gives errors a path; wrapped in a located one for arguments. Values that do not fit the type of
    their field name none, and they are our fault.
    """
    if not error.path:
        return bool(error.nodes) or error.original_error is None
    return isinstance(error.original_error, GraphQLError) and bool(error.original_error.nodes)


def _more(error: ActionQLError) -> dict[str, Any]:
    if isinstance(error, BadInput) and error.fields:
        return {"fields": error.fields}
    if isinstance(error, TooManyRequests):
        return {"retryAfter": error.retry_after}
    return {}


def _status(status: int, media_type: str) -> int:
    if media_type == GRAPHQL_RESPONSE or status >= 500 or status in _TOLD_BY_STATUS:
        return status
    return 200


def _log(error: Exception, request_id: str) -> None:
    """Log what the caller is not told; a GraphQLError never, as it prints the document with its passwords."""
    if _fault(error).code != INTERNAL_CODE:
        return
    cause = _cause(error)
    path = error.path if isinstance(error, GraphQLError) else None
    traceback = None if isinstance(cause, GraphQLError) else cause
    get_logger().error("unexpected error", request_id=request_id, path=path, exc_info=traceback)


_HEADERS = {
    media_type: (
        (b"cache-control", b"no-store"),
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
    )
    for media_type in (JSON, GRAPHQL_RESPONSE)
}


def _response(body: Mapping[str, Any], status: int, media_type: str) -> Response:
    return Answer(to_json(body), status, _HEADERS[media_type])
