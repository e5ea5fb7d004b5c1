"""What a request says: its headers, its id, where it comes from, its body within limits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import getrandbits

from starlette.requests import Request

from app.errors import BadInput, TooLarge

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def header(request: Request, name: bytes) -> str | None:
    """A header by its name in lower case; one that was sent several times comes with commas between.

    Every request asks for half a dozen: they are looked at once.
    """
    known: dict[bytes, bytes] | None = request.scope.get("actionql.headers")
    if known is None:
        known = request.scope["actionql.headers"] = _headers(request.scope["headers"])
    found = known.get(name)
    return None if found is None else found.decode("latin-1")


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
