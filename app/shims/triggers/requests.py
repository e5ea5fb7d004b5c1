"""Reads what a trigger was sent: the body as it is, headers, address, and inputs from the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from app.definition.inputs import REQUEST_NAMES, Sent
from app.definition.model import Action
from app.edge import header, read_body
from app.errors import BadInput
from app.json_text import JsonError, Limits, read_foreign_json
from app.properties.base import Invalid
from app.resolvers.context import Context
from app.resolvers.incoming import LONGEST_SECONDS, Incoming
from app.shims.endpoints.requests import parameters, sent_text
from app.shims.webhooks import body_text, headers_of

_DEPTH = 32
_DIGITS = 400


async def read(context: Context, request: Request, action: Action) -> Incoming:
    """The request as the action sees it.

    Its credentials are for this server alone. What else the query has stands in `url`.
    """
    body = await read_body(request, context.server.settings.body_bytes)
    return Incoming(
        body_text(body),
        _headers(request),
        header(request, b"content-type") or "",
        _url(context, request),
        _inputs(action, parameters(request)),
    )


def read_timeout(request: Request) -> float | None:
    """The parameter `timeout` in seconds; it is sent in milliseconds."""
    given = request.query_params.getlist("timeout")
    if not given:
        return None
    most = round(LONGEST_SECONDS * 1000)
    text = given[0]
    if len(given) > 1 or not (text.isascii() and text.isdigit()) or not 0 < int(text[:12]) <= most:
        raise BadInput(
            f"timeout is a whole number of milliseconds from 1 to {most}.", {"timeout": ["is_invalid"]}
        )
    return int(text) / 1000


def read_records(body: str) -> list[Any] | None:
    """The records of a body that is a JSON array; None for one record by itself."""
    try:
        found = read_foreign_json(body, Limits(len(body), _DEPTH, _DIGITS))
    except JsonError as error:
        raise BadInput(f"The body is no JSON: {error}.", {"body": ["is_invalid"]}) from None
    if isinstance(found, Mapping):
        return None
    if not isinstance(found, list):
        raise BadInput("The body is a JSON array of records, or one record.", {"body": ["is_invalid"]})
    return found


def _inputs(action: Action, query: Mapping[str, list[str]]) -> Sent:
    values: dict[str, Any] = {}
    wrong: dict[str, Invalid] = {}
    for name, declared in action.input.items():
        if name in query and name not in REQUEST_NAMES:
            try:
                values[name] = sent_text(declared.kind, query[name])
            except Invalid as problem:
                wrong[name] = problem
    return Sent(values, wrong=wrong)


def _headers(request: Request) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers_of(request):
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _url(context: Context, request: Request) -> str:
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    url = context.base_url() + path.partition(b"?")[0].decode("latin-1")
    return f"{url}?{query.decode('latin-1')}" if query else url
