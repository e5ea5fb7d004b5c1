"""What this door answers: `{success, data}`, an action's own HTTP answer, and failures with their message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.definition.model import Action
from app.edge import request_id, retry_headers, to_json
from app.errors import (
    INTERNAL_CODE,
    INTERNAL_MESSAGE,
    ActionFailed,
    ActionQLError,
    BadInput,
    StepFailed,
)
from app.json_text import read_json
from app.logs import get_logger
from app.resolvers.incoming import Outcome
from app.resolvers.runs import RunStarted, RunView
from app.shims import webhooks
from app.shims.triggers.operations import answers_http

STATUSES: Mapping[str, int] = MappingProxyType(
    {
        "BAD_USER_INPUT": 400,
        "HTTPS_REQUIRED": 400,
        "ACTION_FAILED": 400,
        "STEP_FAILED": 400,
        "DEFINITION_ERROR": 500,
        "UNAUTHENTICATED": 401,
        "PRIVATE_DATA_MODE": 401,
        "FORBIDDEN": 401,
        "NOT_FOUND": 404,
        "CONFLICT": 409,
        "ALREADY_DONE": 409,
        "IDEMPOTENCY_KEY_IN_USE": 409,
        "IDEMPOTENCY_KEY_REUSED": 422,
        "TOO_LARGE": 413,
        "TOO_MANY_REQUESTS": 429,
        "OVERLOADED": 503,
        "TIMED_OUT": 504,
        INTERNAL_CODE: 500,
    }
)
"""The status of each code that the door itself meets."""
_OF_KEYS = frozenset({"ALREADY_DONE", "IDEMPOTENCY_KEY_IN_USE", "IDEMPOTENCY_KEY_REUSED"})
_OF_RUNS = frozenset({"OVERLOADED", "TIMED_OUT", INTERNAL_CODE}) | _OF_KEYS
"""Codes that keep their status where a run failed with them; with any other, its logic has failed: 400."""
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
NOTHING = "The action returned nothing."


class WrongMethod(BadInput):
    """405: the path takes other methods."""

    status = 405

    def __init__(self, allow: str) -> None:
        super().__init__(f"This path takes {allow}.")
        self.allow = allow


def ended(request: Request, action: Action, outcome: Outcome) -> Response:
    """The answer to a caller who waited for the end of a run."""
    error = _failure(action, outcome)
    if error is not None:
        return _json({"success": False, **_words(request, error)}, _status_of_run(error))
    if not answers_http(action):
        return _json({"success": True, "data": {} if outcome.result is None else outcome.result})
    try:
        return _own(outcome.result)
    except StepFailed as failed:
        return _json({"success": False, **_words(request, failed)}, STATUSES[failed.code])


def each_ended(request: Request, action: Action, outcomes: Sequence[Outcome]) -> Response:
    """The answer for records that were passed one by one: lists with a place for each, and how each ended.

    200 where one has worked, or there was none; 504 where the time was over.
    """
    errors = [_failure(action, outcome) for outcome in outcomes]
    failed = [error for error in errors if error is not None]
    records = [
        {"index": index, "success": error is None, **({} if error is None else _told(error))}
        for index, error in enumerate(errors)
    ]
    body: dict[str, Any] = {"success": not failed, "data": _lists(action, outcomes), "records": records}
    if failed:
        message = f"{len(failed)} of {len(errors)} records failed."
        body |= {"message": message, "code": failed[0].code, "requestId": request_id(request)}
    return _json(body, _status_of_all(errors))


def started(run: RunStarted) -> Response:
    """The answer in the mode `poll`."""
    return _json({"success": True, "processId": run.id})


def polled(request: Request, action: Action, run: RunView) -> Response:
    """How a run stands; `data` is null until it is done, `success` false once it has failed."""
    error: ActionQLError | None = None
    if run.state == "completed":
        error = _failure(action, Outcome(run.result))
    failed = run.error is not None or error is not None
    data = ({} if run.result is None else run.result) if run.state == "completed" and not failed else None
    body = {"processId": run.id, "state": run.state, "success": not failed, "data": data}
    if run.error is not None:
        body |= {"message": run.error.message, "code": run.error.code, "requestId": request_id(request)}
    if error is not None:
        body |= _words(request, error)
    return _json(body)


def refuse(request: Request, error: Exception) -> Response:
    """An error of the door; what is not of the error tree is logged, and tells nothing but the id."""
    if not isinstance(error, ActionQLError) or error.code == INTERNAL_CODE:
        get_logger().error("unexpected error", request_id=request_id(request), exc_info=error)
        error = ActionQLError(INTERNAL_MESSAGE)
    status = 405 if isinstance(error, WrongMethod) else STATUSES[error.code]
    headers = retry_headers(error)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if isinstance(error, WrongMethod):
        headers["allow"] = error.allow
    return _json({"success": False, **_words(request, error)}, status, headers)


def _failure(action: Action, outcome: Outcome) -> ActionQLError | None:
    """Why a run counts as failed; one whose output is connected must return something."""
    if outcome.error is not None:
        return outcome.error
    connected = bool(action.outputs) or action.result is not None
    result = outcome.result
    empty = result is None or (
        bool(action.outputs) and isinstance(result, Mapping) and all(one is None for one in result.values())
    )
    return ActionFailed(NOTHING) if connected and empty else None


def _status_of_run(error: ActionQLError) -> int:
    return STATUSES[error.code] if error.code in _OF_RUNS else 400


def _status_of_all(errors: Sequence[ActionQLError | None]) -> int:
    failed = [error for error in errors if error is not None]
    late = any(error.code == "TIMED_OUT" for error in failed)
    if late:
        return STATUSES["TIMED_OUT"]
    return 200 if not failed or len(failed) < len(errors) else _status_of_run(failed[0])


def _lists(action: Action, outcomes: Sequence[Outcome]) -> Any:
    if not action.outputs:
        return [outcome.result for outcome in outcomes]
    return {
        name: [
            outcome.result.get(name) if isinstance(outcome.result, Mapping) else None for outcome in outcomes
        ]
        for name in action.outputs
    }


def _told(error: ActionQLError) -> dict[str, Any]:
    told: dict[str, Any] = {"message": error.message, "code": error.code}
    if isinstance(error, BadInput) and error.fields:
        told["fields"] = error.fields
    return told


def _words(request: Request, error: ActionQLError) -> dict[str, Any]:
    return {**_told(error), "requestId": request_id(request)}


def _own(result: Any) -> Response:
    """The HTTP answer that an action has made itself of `body headers contentType statusCode`."""
    if not isinstance(result, Mapping):
        raise StepFailed("The action did not answer with body, headers, contentType and statusCode.")
    headers = webhooks.header_pairs(_plain_headers(result.get("headers")))
    content_type, body = result.get("contentType"), result.get("body")
    if content_type is None and not any(name == "content-type" for name, _ in headers):
        content_type = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
    if content_type is not None:
        others = [pair for pair in headers if pair[0] != "content-type"]
        headers = [*others, ("content-type", str(content_type))]
    response = webhooks.render(
        {"statusCode": _status(result.get("statusCode")), "headers": headers, "body": body}
    )
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _status(value: Any) -> Any:
    """Authors give it as a number or a text of digits."""
    if value is None:
        return 200
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return int(value) if isinstance(value, str) and value.isascii() and len(value) == 3 else value


def _plain_headers(headers: Any) -> Any:
    """Headers may be JSON text."""
    if not isinstance(headers, str):
        return headers
    try:
        return read_json(headers) if headers else None
    except ValueError:
        raise StepFailed("The action answered with headers that are none.") from None


def _json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        to_json(value), status, {**_HEADERS, **(headers or {})}, media_type="application/json; charset=utf-8"
    )
