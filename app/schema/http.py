"""GraphQL over HTTP: https://graphql.github.io/graphql-over-http/draft/, all but the execution.

A POST has to be `application/json`, which no page of another site can send unasked, and a GET only ever
queries, so neither lets another site act for a user. Requests that are not well-formed get their 4xx status
whatever they accept; what a GraphQL request is answered with is up to `answers`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, NamedTuple, Protocol, TypeVar
from urllib.parse import parse_qsl

from graphql import ExecutionResult
from starlette.requests import Request
from starlette.responses import Response

from app.edge import header, read_body
from app.edge.doors import UnsupportedMediaType
from app.errors import ActionQLError, BadInput, TooLarge
from app.json_text import JsonError, read_quick_json
from app.schema.answers import GRAPHQL_RESPONSE, JSON, Outcome, answer, refuse
from app.schema.documents import InvalidDocument, Prepared

_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", re.IGNORECASE)
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
# Both kinds of brackets as one kind, and nothing else.
_AS_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_MAX_QUERY_PARAMETERS = 100
_T = TypeVar("_T")


class WrongMethod(BadInput):
    """405: a method this door does not know, or one that may not do what is asked."""

    status = 405

    def __init__(self, message: str, allow: str) -> None:
        super().__init__(message)
        self.allow = allow


class NotAcceptable(BadInput):
    """406: the caller accepts none of the media types of GraphQL answers."""

    status = 406


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """How large a request may be: bytes of its body or query string, arrays and objects in it, and their depth."""

    bytes: int = 1_000_000
    nesting: int = 64
    containers: int = 50_000


class GraphQLParameters(NamedTuple):
    """The parameters of a well-formed request; `read_only` if it may not change anything."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None
    read_only: bool


class Prepares(Protocol):
    """What makes documents ready: `Documents`, or what stands in front of them."""

    def prepare(self, source: str, operation_name: str | None = None) -> Prepared: ...


Execute = Callable[[GraphQLParameters, Prepared], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Door:
    """Answers the GraphQL requests of one endpoint."""

    limits: RequestLimits = RequestLimits()

    async def serve(
        self, request: Request, documents: Prepares, execute: Execute, request_id: str
    ) -> Response:
        """Read the request, prepare its document, execute it and write the answer; it never raises.

        What `execute` raises is answered as a request that did not run; errors it returns as they are.
        """
        media_type = JSON
        try:
            media_type = negotiate(request)
            parameters = await read_request(request, self.limits)
        except ActionQLError as error:
            return _malformed(error, media_type, request_id)
        try:
            prepared = documents.prepare(parameters.query, parameters.operation_name)
            if parameters.read_only and not prepared.reads:
                only_query = WrongMethod("A GET request can only query: use POST.", allow="POST")
                return _malformed(only_query, media_type, request_id)
            return answer(await execute(parameters, prepared), media_type, request_id)
        except InvalidDocument as invalid:
            return answer(ExecutionResult(None, list(invalid.errors)), media_type, request_id)
        except Exception as unexpected:
            return refuse(unexpected, media_type, request_id)


def negotiate(request: Request) -> str:
    """The media type to answer with: what the request likes best, `application/json` if it is all one."""
    sent = header(request, b"accept")
    accepted = None if sent is None or sent == "*/*" else _accepted(sent)
    if not accepted:
        return JSON
    plain, rich = (_preference(accepted, media_type) for media_type in (JSON, GRAPHQL_RESPONSE))
    if not (plain[0] or rich[0]):
        raise NotAcceptable(f"The answer is either {GRAPHQL_RESPONSE} or {JSON}.")
    by_name = GRAPHQL_RESPONSE in accepted
    return GRAPHQL_RESPONSE if rich > plain or (by_name and rich == plain) else JSON


async def read_request(request: Request, limits: RequestLimits) -> GraphQLParameters:
    """The parameters of a GET or POST; an error of the tree with its status if it is not well-formed."""
    if request.method == "GET":
        return _parameters(_query_parameters(request, limits), read_only=True)
    if request.method == "POST":
        _check_content_type(request)
        return _parameters(_parse_json(await read_body(request, limits.bytes), limits), read_only=False)
    raise WrongMethod("GraphQL requests are GET or POST.", allow="GET, POST")


def _malformed(error: ActionQLError, media_type: str, request_id: str) -> Response:
    """The answer to a request that GraphQL never saw: its status is the error's for every client."""
    response = refuse(error, media_type, request_id, status=error.status)
    if isinstance(error, WrongMethod):
        response.headers["allow"] = error.allow
    return response


def _accepted(header: str) -> dict[str, float]:
    """The media ranges of an Accept header with their qualities."""
    accepted = {}
    for part in header.split(","):
        media_range, *parameters = part.split(";")
        if not media_range.strip():
            continue
        matches = filter(None, map(_QUALITY.fullmatch, parameters))
        accepted[media_range.strip().lower()] = min((float(match[1]) for match in matches), default=1.0)
    return accepted


def _preference(accepted: Mapping[str, float], media_type: str) -> tuple[float, int]:
    """The quality of a media type, and how exactly it is meant: the most exact range counts."""
    for exactness, media_range in ((2, media_type), (1, "application/*"), (0, "*/*")):
        if media_range in accepted:
            return accepted[media_range], exactness
    return 0.0, 0


def _check_content_type(request: Request) -> None:
    sent, encoding = header(request, b"content-type"), header(request, b"content-encoding")
    if sent == JSON and encoding is None:
        return
    message = Message()
    message["content-type"] = sent or ""
    if message.get_content_type() != JSON:
        raise UnsupportedMediaType(f"The content type of a GraphQL request is {JSON}.")
    if str(message.get_param("charset", "utf-8")).lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("The charset of a GraphQL request is UTF-8.")
    if (encoding or "identity").lower() != "identity":
        raise UnsupportedMediaType("The body of a GraphQL request is not encoded.")


def _parse_json(text: bytes | str, limits: RequestLimits) -> object:
    body = text.encode() if isinstance(text, str) else text
    brackets = body.count(b"[") + body.count(b"{")
    if brackets > limits.containers and _containers(body) > limits.containers:
        raise BadInput(f"The JSON has more than {limits.containers} arrays and objects.")
    if brackets > limits.nesting and _nests_deeper(body, limits.nesting):
        raise BadInput(f"The JSON nests more than {limits.nesting} deep.")
    try:
        return read_quick_json(body)
    except JsonError as error:
        raise BadInput(f"This is not JSON in UTF-8: {error}.") from error


def _containers(body: bytes) -> int:
    """How many arrays and objects begin outside of strings."""
    return _STRINGS.sub(b"", body).translate(_AS_BRACKETS).count(b"[")


def _nests_deeper(body: bytes, limit: int) -> bool:
    """Whether brackets outside strings nest deeper than the limit, or do not match at all."""
    brackets = _STRINGS.sub(b"", body).translate(_AS_BRACKETS, _NO_BRACKETS)
    for _ in range(limit):
        # Each round takes away the innermost pairs; what none can be taken from does not match.
        before, brackets = len(brackets), brackets.replace(b"[]", b"")
        if len(brackets) == before:
            break
    return bool(brackets)


def _query_parameters(request: Request, limits: RequestLimits) -> dict[str, object]:
    """The parameters of a GET request, of which two are JSON."""
    query_string: bytes = request.scope["query_string"]
    if len(query_string) > limits.bytes:
        raise TooLarge(f"The query string is larger than {limits.bytes} bytes.")
    try:
        pairs = parse_qsl(
            query_string.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_QUERY_PARAMETERS,
        )
    except ValueError as error:
        raise BadInput("The query string is not URL-encoded UTF-8, or has too many parameters.") from error
    values: dict[str, object] = dict(pairs)
    if len(values) < len(pairs):
        raise BadInput("A parameter of the query string is given twice.")
    for name in ("variables", "extensions"):
        value = values.get(name)
        if isinstance(value, str):
            values[name] = _parse_json(value, limits) if value else None
    return values


def _parameters(values: object, *, read_only: bool) -> GraphQLParameters:
    """The parameters, each of its type; null is as good as absent."""
    if isinstance(values, list):
        raise BadInput("A request is one operation: batches are not accepted.")
    if not isinstance(values, dict):
        raise BadInput("A GraphQL request is a JSON object.")
    query = _parameter(values, "query", str, "a string")
    if query is None:
        raise BadInput("The parameter 'query' is missing.")
    return GraphQLParameters(
        query=query,
        variables=_parameter(values, "variables", dict, "an object"),
        operation_name=_parameter(values, "operationName", str, "a string") or None,
        extensions=_parameter(values, "extensions", dict, "an object"),
        read_only=read_only,
    )


def _parameter(values: Mapping[str, Any], name: str, kind: type[_T], wanted: str) -> _T | None:
    value = values.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise BadInput(f"The parameter '{name}' has to be {wanted}.")
