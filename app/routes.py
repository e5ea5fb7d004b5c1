"""Which path leads to which door."""

from __future__ import annotations

import asyncio
from time import monotonic

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from app.descriptions import description_routes
from app.edge import Admission, Edge
from app.pages.graphiql import static_app
from app.pages.sessions import session_page_routes
from app.proxies import TrustedProxies
from app.schema.endpoint import GraphQLEndpoint
from app.settings import Settings
from app.shims.endpoints import Endpoints
from app.shims.files import Files
from app.shims.records import record_routes
from app.shims.sessions import session_routes
from app.shims.triggers import trigger_routes
from app.shims.webhooks import Webhooks
from app.storage.health import Health

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_RUNTIME = "/api/runtime/"


class Front(Starlette):
    """The ASGI application: every request passes its limits, then its route leads it to its door.

    Most are for the GraphQL door, which none has to search for.
    """

    def __init__(self, settings: Settings, lifespan: Lifespan[Starlette] | None = None) -> None:
        super().__init__(lifespan=lifespan)
        self.changed = asyncio.Event()
        """Set when the definitions may have changed."""
        self._graphql: ASGIApp | None = None
        self._way: ASGIApp = Admission(
            self._pass,
            in_flight=settings.in_flight,
            queued=settings.queued,
            seconds=settings.request_seconds,
        )
        if settings.trusted_proxies:
            self._way = TrustedProxies(self._way, settings.trusted_proxies)

    def open(self, edge: Edge, graphql: GraphQLEndpoint) -> None:
        """Begins to serve applications."""
        self.router.routes.extend(routes(edge, graphql))
        self._graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or follows the life of the process."""
        await self._way(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._graphql is None or scope["type"] != "http":
            return await super().__call__(scope, receive, send)
        path: str = scope["path"]
        if path == "/graphql":
            return await self._graphql(scope, receive, send)
        application = path.removeprefix(_RUNTIME)
        if application and application != path and "/" not in application:
            scope["path_params"] = {"application": application}
            return await self._graphql(scope, receive, send)
        return await super().__call__(scope, receive, send)


def routes(edge: Edge, graphql: GraphQLEndpoint) -> list[BaseRoute]:
    """Every route of the server."""
    files, webhooks, readiness = Files(edge), Webhooks(edge), Readiness(edge)
    endpoints = Endpoints(edge)
    runtime = "/api/runtime/{application}"
    return [
        Route("/graphql", graphql),
        Route(runtime, graphql),
        *record_routes(edge),
        *trigger_routes(edge),
        *session_routes(edge),
        Route("/", _start),
        Route("/healthz", _healthy),
        Route("/readyz", readiness.answer),
        Mount("/static", static_app()),
        *description_routes(edge),
        Route(f"{runtime}/uploads", files.upload, methods=["POST"]),
        Route(f"{runtime}/assets/{{id}}/{{name:path}}", files.download, methods=["GET"]),
        Route(f"{runtime}/action/{{id}}", webhooks.answer, methods=ANY_METHOD),
        Route(f"{runtime}/action/{{id}}/{{path:path}}", webhooks.answer, methods=ANY_METHOD),
        Route(f"{runtime}/endpoints/{{path:path}}", endpoints.answer, methods=ANY_METHOD),
        *session_page_routes(edge),
        # What no other door has.
        Route("/{path:path}", endpoints.answer, methods=ANY_METHOD),
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
