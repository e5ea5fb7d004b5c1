"""How a door stands in the server: no layer before it, and answers whose headers are known beforehand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from time import perf_counter

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import BadInput
from app.metrics import Durations

OPERATION = "actionql.operation"
"""Under this a door may leave in the scope what the request was, for the metrics; else its method says so."""
_METHODS = {method: method for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}

Told = Callable[[Scope, int, float], None]
"""Takes a request that was answered: its scope, the status, and when it began."""
REPEAT = "actionql.repeat"
"""Under which the scope of a request with an idempotency key has it."""
REPLAYED = "Idempotency-Replayed"
"""The header of an answer of which something was done before."""
RawHeaders = Iterable[tuple[bytes, bytes]]


class UnsupportedMediaType(BadInput):
    """415: the body is of a content type, charset or encoding that the door does not take."""

    status = 415


class Door:
    """The ASGI application of a function that answers every request and never raises."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]], told: Told) -> None:
        self._answer = answer
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        began = perf_counter()
        response = await self._answer(Request(scope, receive))
        if REPEAT in scope and scope[REPEAT].replayed:
            response.headers[REPLAYED] = "true"
        try:
            await response(scope, receive, send)
        finally:
            self._told(scope, response.status_code, began)


def counted(requests: Durations, door: str) -> Told:
    """What counts the requests of a door."""
    add = requests.add

    def told(scope: Scope, status: int, began: float) -> None:
        # Any text may be a method, so those that nobody knows are one.
        operation = scope.get(OPERATION) or _METHODS.get(scope["method"], "other")
        add(perf_counter() - began, (door, operation, status))

    return told


class Answer(Response):
    """A whole body with these headers, which are in lower case, and its length."""

    def __init__(self, body: bytes, status: int, headers: RawHeaders) -> None:
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [*headers, (b"content-length", b"%d" % len(body))]
