"""Any HTTP request as an action's one input `request`; the action's result is the HTTP answer.

Betty Blocks' HTTP form of the runtime: `/api/runtime/{app}/action/{id}/{sub/path}`, WIRE section 1.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.edge import Edge, plain_error, read_body, request_id, to_json
from app.errors import INTERNAL_MESSAGE, ActionQLError, StepFailed
from app.resolvers.actions import run_action

DOOR = "http"
_NOT_OURS = frozenset({"connection", "content-length", "transfer-encoding", "date", "server"})


class Webhooks:
    """The HTTP form of actions."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def answer(self, request: Request) -> Response:
        """Runs the action of the path with the request, and answers what it returns."""
        try:
            context = await self._edge.context(request, DOOR)
            body = await read_body(request, context.server.settings.body_bytes)
            result = await run_action(context, request.path_params["id"], {"request": parse(request, body)})
            return render(result)
        except ActionQLError as error:
            return plain_error(request, error)
        except Exception:
            return self._unexpected(request)

    @staticmethod
    def _unexpected(request: Request) -> Response:
        import structlog

        structlog.get_logger().exception("unexpected error", request_id=request_id(request))
        return plain_error(request, ActionQLError(INTERNAL_MESSAGE))


def parse(request: Request, body: bytes) -> dict[str, Any]:
    """The input `request` of an action: method, path, query, headers and body as they came.

    A body that is not UTF-8 comes as base64.
    """
    path = request.path_params.get("path", "")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = base64.b64encode(body).decode()
    return {
        "method": request.method,
        "path": [part for part in path.split("/") if part],
        "query": [[key, value] for key, value in request.query_params.multi_items()],
        "headers": [[key, value] for key, value in request.headers.items() if key != "authorization"],
        "body": text,
    }


def render(result: Any) -> Response:
    """The HTTP answer of a result `{statusCode, headers, body}`; a body that is no text is sent as JSON."""
    if not isinstance(result, Mapping):
        raise StepFailed("The action did not answer with statusCode, headers and body.")
    status = result.get("statusCode", 200)
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise StepFailed("The action answered with a statusCode that is none.")
    body = result.get("body")
    content = body.encode() if isinstance(body, str) else b"" if body is None else to_json(body)
    response = Response(content, status)
    if not isinstance(body, str) and body is not None:
        response.headers["content-type"] = "application/json"
    for name, value in _pairs(result.get("headers")):
        if name.lower() not in _NOT_OURS:
            response.headers[name] = value
    return response


def _pairs(headers: Any) -> list[tuple[str, str]]:
    pairs: Sequence[Any] = list(headers.items()) if isinstance(headers, Mapping) else headers or []
    found = [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, Sequence) and len(pair) == 2]
    if len(found) != len(pairs) or any(bad in name + value for name, value in found for bad in "\r\n\0"):
        raise StepFailed("The action answered with headers that are none.")
    return found
