"""What both floor servers share: the token, JSON in and out, and the process."""

from __future__ import annotations

import argparse
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from hmac import compare_digest
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scripts.benchmark.credentials import FLOOR_TOKEN

MOST_PIECES = 100

Work = Callable[[Any], Awaitable[Any]]


def make_app(
    works: Mapping[str, Work], lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]]
) -> Starlette:
    """An application that answers `POST /<work>` with JSON to who has the token."""
    expected = f"Bearer {os.environ[FLOOR_TOKEN]}".encode()
    routes = [Route(f"/{name}", _endpoint(work, expected), methods=["POST"]) for name, work in works.items()]
    return Starlette(routes=routes, lifespan=lifespan)


def serve(make: Callable[[str], Starlette]) -> None:
    """Serves what `make` makes for the database on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    uvicorn.run(
        make(given.database),
        port=given.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )


def orders_too_many(given: Mapping[str, Any]) -> bool:
    """The action's condition."""
    return not 1 <= given["amount"] <= MOST_PIECES


def _endpoint(work: Work, expected: bytes) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if not compare_digest(request.headers.get("authorization", "").encode(), expected):
            return Response(b'{"errors":[{"message":"Unauthenticated"}]}', 401, media_type="application/json")
        answer = await work(orjson.loads(await request.body()))
        return Response(orjson.dumps(answer), media_type="application/json")

    return endpoint
