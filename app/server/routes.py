"""Which path leads to which door."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from app.edge import Edge, plain_error
from app.edge.admission import PROBES, Admission
from app.edge.doors import Door, Told, counted
from app.edge.paths import Paths
from app.edge.proxies import TrustedProxies
from app.errors import NotFound
from app.pages.console_routes import console_routes
from app.pages.graphiql import static_app
from app.pages.sessions import session_page_routes
from app.schema.endpoint import GraphQLEndpoint
from app.server.descriptions import description_routes
from app.server.origins import AllowedOrigins
from app.server.probes import probe_routes
from app.settings import Settings
from app.shims.endpoints import Endpoints
from app.shims.files import Files
from app.shims.records import record_routes
from app.shims.sessions import session_routes
from app.shims.triggers import trigger_routes
from app.shims.webhooks import Webhooks

if TYPE_CHECKING:
    from app.traces.tracing import Tracing

ANY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a path leads: with these methods straight to a door, else by Starlette's router."""

    door: ASGIApp | None
    variables: tuple[str, ...]
    methods: frozenset[str] | None

    def takes(self, method: str) -> bool:
        return self.methods is None or method in self.methods


_BY_ROUTER = _Way(None, (), frozenset())


class Front(Starlette):
    """The ASGI application: every request passes its limits, then its path leads it to its door."""

    def __init__(self, settings: Settings, lifespan: Lifespan[Starlette] | None = None) -> None:
        super().__init__(lifespan=lifespan, exception_handlers={404: _nowhere})
        self.changed = asyncio.Event()
        """Set when the definitions may have changed."""
        self.stopping = asyncio.Event()
        """Set when the process is to end, before what is in flight has ended."""
        self._ways: Paths[_Way] = Paths()
        self._told: Told = _told_nobody
        self._admission = Admission(
            self._pass,
            in_flight=settings.in_flight,
            queued=settings.queued,
            seconds=settings.request_seconds,
        )
        self._way: ASGIApp = self._admission
        if settings.trusted_proxies:
            self._way = TrustedProxies(self._way, settings.trusted_proxies)
        if settings.allowed_origins:
            self._way = AllowedOrigins(self._way, settings.allowed_origins)

    def open(self, edge: Edge, graphql: GraphQLEndpoint) -> None:
        """Begins to serve applications."""
        metrics, places = edge.server.metrics, self._admission.places
        self._told = counted(metrics.requests, "pages")
        metrics.read("requests_in_flight", lambda: places.in_flight)
        metrics.read("requests_queued", lambda: max(0, places.here - places.in_flight))
        metrics.read("requests_parked", lambda: places.waiting)
        metrics.read("requests_refused", lambda: places.refused)
        for route in routes(edge, graphql):
            self.router.routes.append(route)
            self._ways.at(_path(route), partial(_way_to, route, edge.server.tracing))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or follows the life of the process."""
        await self._way(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._ways.find(scope["path"]) if scope["type"] == "http" else None
        way, parts = found or (_BY_ROUTER, ())
        if way.door is None or not way.takes(scope["method"]):
            return await self._by_router(scope, receive, send)
        # Starlette's forms look for the application to know what to raise.
        scope["app"] = self
        scope["path_params"] = dict(zip(way.variables, parts, strict=True)) if parts else {}
        return await way.door(scope, receive, send)

    async def _by_router(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is no door's: pages, files and descriptions, and the probes, which are not counted."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await super().__call__(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await super().__call__(scope, receive, noting)
        finally:
            self._told(scope, status, began)


def _told_nobody(scope: Scope, status: int, began: float) -> None:
    """For what is asked before anything is served."""


def routes(edge: Edge, graphql: GraphQLEndpoint) -> list[BaseRoute]:
    """Every route of the server."""
    files, webhooks, endpoints = Files(edge), Webhooks(edge), Endpoints(edge)
    runtime = "/api/runtime/{application}"
    requests = edge.server.metrics.requests
    answered = Door(graphql.answer, counted(requests, "graphql"))
    webhook = Door(webhooks.answer, counted(requests, "webhooks"))
    endpoint = Door(endpoints.answer, counted(requests, "endpoints"))
    return [
        Route("/graphql", answered),
        Route(runtime, answered),
        *record_routes(edge),
        *trigger_routes(edge),
        *session_routes(edge),
        Route("/", _start),
        *probe_routes(edge),
        Mount("/static", static_app()),
        *description_routes(edge),
        Route(f"{runtime}/uploads", files.upload, methods=["POST"]),
        Route(f"{runtime}/assets/{{id}}/{{name:path}}", files.download, methods=["GET"]),
        Route(f"{runtime}/action/{{id}}", webhook, methods=ANY_METHOD),
        Route(f"{runtime}/action/{{id}}/{{path:path}}", webhook, methods=ANY_METHOD),
        Route(f"{runtime}/endpoints/{{path:path}}", endpoint, methods=ANY_METHOD),
        *console_routes(edge),
        *session_page_routes(edge),
        # What no other door has.
        Route("/{path:path}", endpoint, methods=ANY_METHOD),
    ]


def _way_to(route: BaseRoute, tracing: Tracing | None) -> _Way:
    if not isinstance(route, Route) or not isinstance(route.endpoint, Door):
        return _BY_ROUTER
    door: ASGIApp = route.endpoint
    if tracing is not None:
        from app.traces.requests import traced

        door = traced(door, route.path, tracing)
    methods = frozenset(route.methods) if route.methods else None
    return _Way(door, tuple(route.param_convertors), methods)


def _path(route: BaseRoute) -> str:
    """The path of a route as `Paths` takes it."""
    if isinstance(route, Route):
        return route.path
    assert isinstance(route, Mount)
    return f"{route.path}/{{path:path}}"


async def _nowhere(request: Request, error: Exception) -> Response:
    return plain_error(request, NotFound("There is nothing at this address."))


async def _start(request: Request) -> Response:
    return RedirectResponse("/graphql")
