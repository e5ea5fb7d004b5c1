"""Which path leads to which door."""

from __future__ import annotations

import asyncio
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from app.edge import Edge
from app.pages.graphiql import static_app
from app.schema.endpoint import GraphQLEndpoint
from app.shims.files import Files
from app.shims.webhooks import Webhooks
from app.storage.health import Health

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def routes(edge: Edge, graphql: GraphQLEndpoint) -> list[BaseRoute]:
    """Every route of the server."""
    files, webhooks, readiness = Files(edge), Webhooks(edge), Readiness(edge)
    runtime = "/api/runtime/{application}"
    return [
        Route("/graphql", graphql),
        Route(runtime, graphql),
        Route("/", _start),
        Route("/healthz", _healthy),
        Route("/readyz", readiness.answer),
        Mount("/static", static_app()),
        Route(f"{runtime}/uploads", files.upload, methods=["POST"]),
        Route(f"{runtime}/assets/{{id}}/{{name:path}}", files.download, methods=["GET"]),
        Route(f"{runtime}/action/{{id}}", webhooks.answer, methods=ANY_METHOD),
        Route(f"{runtime}/action/{{id}}/{{path:path}}", webhooks.answer, methods=ANY_METHOD),
    ]


async def _start(request: Request) -> Response:
    return RedirectResponse("/graphql")


async def _healthy(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


class Readiness:
    """Whether the database takes writes: tries one when the last try is a few seconds old."""

    every = 5.0

    def __init__(self, edge: Edge) -> None:
        self._database = edge.server.database
        self._health = Health(self._database.dialect)
        self._lock = asyncio.Lock()
        self._tried = -self.every
        self._ready = False

    async def answer(self, request: Request) -> Response:
        """200 when the last write worked, else 503."""
        async with self._lock:
            if monotonic() - self._tried >= self.every:
                self._ready = await self._try()
                self._tried = monotonic()
        return JSONResponse(
            {"status": "ready" if self._ready else "unavailable"}, 200 if self._ready else 503
        )

    async def _try(self) -> bool:
        try:
            await self._database.write(self._health.beat)
        except Exception:
            return False
        return True
