"""Any HTTP request as an action's one input `request`; the action's result is the HTTP answer.

Betty Blocks' HTTP form of the runtime: `/api/runtime/{app}/action/{id}/{sub/path}`, WIRE section 1.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.definition.model import PUBLIC, Action, Application
from app.definition.names import snake
from app.edge import Edge, keyed, plain_error, read_body, to_json
from app.errors import NotFound, StepFailed
from app.openapi import Answer, Body, Described, Schema, Subject
from app.openapi.errors import plain_refusals
from app.openapi.operation import Security
from app.openapi.schemas import needed
from app.resolvers.actions import run_action

DOOR = "http"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_NOT_OURS = frozenset({"connection", "content-length", "transfer-encoding", "date", "server"})
_BODILESS = (204, 304)
_OWN_COOKIES = ("actionql-", "__Host-actionql-")
# RFC 9110, 5.1 and 5.5; of the octets beyond ASCII what Latin-1 has.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Webhooks:
    """The HTTP form of actions."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def answer(self, request: Request) -> Response:
        """Runs the action of the path with the request, and answers what it returns."""
        try:
            generation = self._edge.generation(request)
            if not generation.permissions.private and not _takes_any(generation.application):
                raise NotFound("No action of this application takes HTTP requests.")
            context = await self._edge.context(request, DOOR)
            given = parse(request, await read_body(request, context.server.settings.body_bytes))
            context = keyed(context, request, given["body"])
            result = await run_action(context, request.path_params["id"], {"request": given})
            return render(result)
        except Exception as error:
            return plain_error(request, error)


def describe(subject: Subject) -> Iterator[Described]:
    """The actions that take a request, under each method; what they answer is for their authors to say."""
    for action in subject.application.actions.values():
        if action.allow and _takes_requests(action):
            for method in METHODS:
                yield _described(subject, action, method)


def _takes_any(application: Application) -> bool:
    return any(map(_takes_requests, application.actions.values()))


def _takes_requests(action: Action) -> bool:
    declared = action.input.get("request")
    structured = declared is not None and declared.kind in ("object", "json")
    return structured and set(needed(action.input)) <= {"request"}


def _described(subject: Subject, action: Action, method: str) -> Described:
    errors = plain_refusals(subject.schemas, 400, 401, 403, 404, 409, 413, 422, 502, 504)
    anything: Mapping[str, Schema] = {"*/*": {}}
    security: tuple[Security, ...] = ("nobody", "bearer") if PUBLIC in action.allow else ("bearer",)
    return Described(
        id=f"{method.lower()}_{snake(action.name)}",
        method=method,
        path=f"{subject.runtime}/action/{action.uuid.hex}",
        tag="HTTP actions",
        summary=f"Hands the request to the action {action.name}, also from any path below.",
        description=action.description,
        answers={"default": Answer("What the action answers.", anything), **errors},
        body=None if method in ("GET", "DELETE") else Body(anything, required=False),
        security=security,
        keyed=True,
    )


def parse(request: Request, body: bytes) -> dict[str, Any]:
    """The input `request` of an action: method, path, query, headers and body as they came.

    A body that is no text in UTF-8 comes as base64.
    """
    path = request.path_params.get("path", "")
    return {
        "method": request.method,
        "path": [part for part in path.split("/") if part],
        "query": [[key, value] for key, value in request.query_params.multi_items()],
        "headers": [[name, value] for name, value in headers_of(request)],
        "body": body_text(body),
    }


def headers_of(request: Request) -> Iterator[tuple[str, str]]:
    """The headers as an action sees them: without what its caller is known by to this server."""
    for name, value in request.headers.items():
        shown = _foreign_cookies(value) if name == "cookie" else value
        if name != "authorization" and (shown or not value):
            yield name, shown


def _foreign_cookies(sent: str) -> str:
    cookies = (one.strip() for one in sent.split(";"))
    return "; ".join(one for one in cookies if not one.startswith(_OWN_COOKIES))


def body_text(body: bytes) -> str:
    """The body as it came; one that is no text in UTF-8 as base64."""
    if b"\0" not in body:
        with suppress(UnicodeDecodeError):
            return body.decode()
    return base64.b64encode(body).decode()


def render(result: Any) -> Response:
    """The HTTP answer of a result `{statusCode, headers, body}`; a body that is no text is sent as JSON."""
    if not isinstance(result, Mapping):
        raise StepFailed("The action did not answer with statusCode, headers and body.")
    status = result.get("statusCode", 200)
    if not isinstance(status, int) or isinstance(status, bool) or not 200 <= status <= 599:
        raise StepFailed("The action answered with a statusCode that is none.")
    response = Response(b"" if status in _BODILESS else _content(result.get("body")), status)
    pairs = header_pairs(result.get("headers"))
    if not isinstance(result.get("body"), str | None) and not any(
        name == "content-type" for name, _ in pairs
    ):
        response.headers["content-type"] = "application/json"
    for name, value in pairs:
        if name not in _NOT_OURS:
            response.headers.append(name, value)
    return response


def _content(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else to_json(body)


def header_pairs(headers: Any) -> list[tuple[str, str]]:
    """An action's headers, names in lower case; raises `StepFailed` for what could become more than one header."""
    pairs = list(headers.items()) if isinstance(headers, Mapping) else headers or []
    if not isinstance(pairs, list) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs
    ):
        raise StepFailed("The action answered with headers that are none.")
    found = [(str(name).lower(), str(value)) for name, value in pairs]
    if not all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in found):
        raise StepFailed("The action answered with headers that are none.")
    return found
