"""How a process is: whether it lives, whether its database takes writes, and its metrics.

That stands beside the doors, or at a port of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET, socket
from time import monotonic

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.edge import Edge
from app.settings import Settings, SettingsError
from app.shims.figures import Figures
from app.storage.health import Health


def probe_routes(edge: Edge) -> list[BaseRoute]:
    """`/healthz`, `/readyz` and `/metrics`."""
    return [
        Route("/healthz", _healthy),
        Route("/readyz", Readiness(edge).answer),
        Route("/metrics", Figures(edge).answer),
    ]


@contextmanager
def worker_port(settings: Settings) -> Iterator[socket | None]:
    """A socket at the port on which workers tell how they are, which several processes may hold; None without one."""
    if settings.worker_port is None:
        yield None
        return
    host = settings.host
    with socket(AF_INET6 if ":" in host else AF_INET, SOCK_STREAM) as port:
        port.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        port.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
        try:
            port.bind((host, settings.worker_port))
        except OSError as error:
            raise SettingsError(
                f"ACTIONQL_WORKER_PORT: nothing can listen at {host} port {settings.worker_port}: {error.strerror}."
            ) from None
        yield port


@asynccontextmanager
async def telling(edge: Edge) -> AsyncIterator[None]:
    """Tells how the process is, at the port that the settings name, if they name one."""
    with worker_port(edge.server.settings) as port:
        if port is None:
            yield
            return
        app = Starlette(routes=probe_routes(edge))
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, server_header=False)
        listener = _Listener(config)
        serving = asyncio.create_task(listener.serve(sockets=[port]))
        try:
            yield
        finally:
            listener.should_exit = True
            await asyncio.wait([serving])


class _Listener(uvicorn.Server):
    """Leaves signals to the process, which ends it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _healthy(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _told(works: bool) -> str:
    return "ready" if works else "unavailable"


class Readiness:
    """Whether the database takes writes: tries one when the last try is a few seconds old.

    Whether the store of files can be reached is told beside it: the rest goes on without.
    """

    every = 5.0

    def __init__(self, edge: Edge) -> None:
        self._database = edge.server.database
        self._store = edge.server.store
        self._health = Health(self._database.dialect)
        self._lock = asyncio.Lock()
        self._tried = -self.every
        self._ready = self._keeping = False

    async def answer(self, request: Request) -> Response:
        """200 when the last write worked, else 503."""
        async with self._lock:
            if monotonic() - self._tried >= self.every:
                self._ready, self._keeping = await asyncio.gather(self._try(), self._store.answers())
                self._tried = monotonic()
        body = {"status": _told(self._ready), "files": _told(self._keeping)}
        return JSONResponse(body, 200 if self._ready else 503)

    async def _try(self) -> bool:
        try:
            await self._database.write(self._health.beat)
        except Exception:
            return False
        return True
