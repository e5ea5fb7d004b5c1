"""What every door needs: from an HTTP request to a `Context`, and how an error is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import getrandbits
from typing import Any

from graphql import Undefined
from starlette.requests import Request
from starlette.responses import JSONResponse

from app.definition.names import parse_uuid
from app.doors import REPEAT
from app.errors import (
    INTERNAL_CODE,
    INTERNAL_MESSAGE,
    ActionQLError,
    BadInput,
    HttpsRequired,
    KeyInUse,
    NotFound,
    Overloaded,
    Problem,
    TooLarge,
    TooManyRequests,
)
from app.json_text import write_json_bytes
from app.logs import get_logger
from app.permissions import ANYBODY, Principal
from app.proxies import is_secure
from app.resolvers.audit import REFUSALS
from app.resolvers.authenticate import authenticate, authenticate_basic, tell_unknown
from app.resolvers.context import Context, Generation, Server, no_place
from app.resolvers.repeats import repeatable

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class NotRenewed:
    """Why a changed definition is not served, and since when: what was served before still is."""

    since: datetime
    problems: tuple[Problem | str, ...]
    """What is wrong, with its place where it has one."""


@dataclass
class Applications:
    """The applications that this server holds now, swapped whole when definitions change."""

    generations: Sequence[Generation]
    not_renewed: NotRenewed | None = None
    """Set while the definitions as they are now could not be served."""
    _by_uuid: dict[str, Generation] = field(init=False)
    _by_host: dict[str, Generation] = field(init=False)

    def __post_init__(self) -> None:
        self.swap(self.generations)

    def swap(self, generations: Sequence[Generation]) -> None:
        """Serves these from now on."""
        self.generations = generations
        self._by_uuid = {one.application.uuid.hex: one for one in generations}
        self._by_host = {host.lower(): one for one in reversed(generations) for host in one.application.hosts}

    def by_id(self, id: str) -> Generation:
        """The application with this uuid, in any spelling, or this name."""
        uuid = parse_uuid(id)
        found = self._by_uuid.get(uuid.hex) if uuid else None
        for one in self.generations:
            if found is None and one.application.name == id:
                found = one
        if found is None:
            raise NotFound("There is no application with this id.")
        return found

    def by_host(self, host: str) -> Generation:
        """The application whose `hosts` has this one, else the first."""
        return self.candidates(host)[0]

    def candidates(self, host: str) -> Sequence[Generation]:
        """The application whose `hosts` has this one, else all, in their order."""
        found = self._by_host.get(host.partition(":")[0].lower())
        return self.generations if found is None else [found]

    def everywhere(self, host: str) -> Sequence[Generation]:
        """All applications, those of the host first."""
        return [*self.candidates(host), *self.generations]


@dataclass(frozen=True, slots=True)
class Edge:
    """Turns requests into contexts."""

    server: Server
    applications: Applications

    def generation(self, request: Request) -> Generation:
        """The application a request is for: the one its path names, else by its host."""
        named = request.path_params.get("application")
        if named is not None:
            return self.applications.by_id(named)
        return self.applications.by_host(header(request, b"host") or "")

    async def context(self, request: Request, door: str) -> Context:
        """The request's context, its caller authenticated by Bearer token."""
        authorization = header(request, b"authorization")
        if authorization is None:
            return self.anonymous(request, door)
        generation = self.generation(request)
        try:
            principal = await authenticate(self.server, generation, authorization)
        except REFUSALS as error:
            tell_unknown(self._context(request, door, generation, ANYBODY), authorization, error)
            raise
        return self._context(request, door, generation, principal)

    async def context_by_key(self, request: Request, door: str) -> Context:
        """The request's context, its caller authenticated by HTTP Basic with e-mail address and API key."""
        generation = self.generation(request)
        authorization = header(request, b"authorization")
        try:
            self.require_secure(request)
            principal = await authenticate_basic(self.server, generation, authorization, address(request))
        except REFUSALS as error:
            tell_unknown(self._context(request, door, generation, ANYBODY), authorization, error)
            raise
        return self._context(request, door, generation, principal)

    def require_secure(self, request: Request) -> None:
        """Raises `HttpsRequired` for plain HTTP from other machines; to be asked before credentials are read."""
        if not is_secure(request) and not self.server.settings.allow_http:
            raise HttpsRequired

    def anonymous(self, request: Request, door: str) -> Context:
        """The request's context for a caller who need not say who it is."""
        return self._context(request, door, self.generation(request), ANYBODY)

    def _context(self, request: Request, door: str, generation: Generation, principal: Principal) -> Context:
        return Context(
            server=self.server,
            generation=generation,
            principal=principal,
            door=door,
            request_id=request_id(request),
            address=address(request),
            base_url=lambda: self.server.settings.public_url or str(request.base_url).rstrip("/"),
            parked=place.left if (place := request.scope.get("actionql.place")) else no_place,
        )


def header(request: Request, name: bytes) -> str | None:
    """A header by its name in lower case; one that was sent several times comes with commas between.

    Every request asks for half a dozen: they are looked at once.
    """
    known: dict[bytes, bytes] | None = request.scope.get("actionql.headers")
    if known is None:
        known = request.scope["actionql.headers"] = _headers(request.scope["headers"])
    found = known.get(name)
    return None if found is None else found.decode("latin-1")


def keyed(context: Context, request: Request, asked: Any) -> Context:
    """The context of a request that changes something, which can be sent again with the same Idempotency-Key.

    `asked` is what its body asks, as plain values.
    """
    key = header(request, b"idempotency-key")
    if key is None:
        return context
    scope = request.scope
    query: bytes = scope["query_string"]
    context = repeatable(context, key, [request.method, scope["path"], query.decode("latin-1"), asked])
    scope[REPEAT] = context.repeat
    return context


def address(request: Request) -> str:
    """The caller's address; behind trusted proxies, what they say it is."""
    client = request.scope.get("client")
    return client[0] if client else ""


def _headers(sent: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    known = dict(sent)
    if len(known) < len(sent):
        known.clear()
        for key, value in sent:
            known[key] = known[key] + b"," + value if key in known else value
    return known


def request_id(request: Request) -> str:
    """The id that the caller sent as `X-Request-Id`, if it is a plain one, else a new one; stays for the request."""
    known: str | None = request.scope.get("actionql.request_id")
    if known is None:
        sent = header(request, b"x-request-id") or ""
        known = sent if _REQUEST_ID.fullmatch(sent) else f"{getrandbits(64):016x}"
        request.scope["actionql.request_id"] = known
    return known


async def read_body(request: Request, most: int) -> bytes:
    """The body, counted while it arrives; `TooLarge` beyond `most` bytes, `BadInput` when it ends too early.

    What Content-Length says is no more than a hint.
    """
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise BadInput("The request ended before its body did.")
        chunk: bytes = message.get("body", b"")
        if len(body) + len(chunk) > most:
            raise TooLarge(f"The body is larger than {most} bytes.")
        if not message.get("more_body", False):
            return bytes(body) + chunk if body else chunk
        body += chunk


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
