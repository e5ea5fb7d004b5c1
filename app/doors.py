"""How a door stands in the server: no layer before it, and answers whose headers are known beforehand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.errors import BadInput

RawHeaders = Iterable[tuple[bytes, bytes]]


class UnsupportedMediaType(BadInput):
    """415: the body is of a content type, charset or encoding that the door does not take."""

    status = 415


class Door:
    """The ASGI application of a function that answers every request and never raises."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)


class Answer(Response):
    """A whole body with these headers, which are in lower case, and its length."""

    def __init__(self, body: bytes, status: int, headers: RawHeaders) -> None:
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [*headers, (b"content-length", b"%d" % len(body))]
