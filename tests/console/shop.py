"""The shop of this folder, and people at its console."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from app.checks import load_checked
from app.edge import Applications, Edge
from app.main import open_applications
from app.permissions import ANYBODY
from app.resolvers.context import Context, Generation, Server
from app.resolvers.users import add_user
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import routes
from app.server.running import begin_worker
from app.settings import load
from app.steps import KINDS

DEFINITION = Path(__file__).parent / "application.yaml"
SECRET = "sesame-street-42"
PASSWORD = "correct horse battery"
HERE = "/console/shop"
USERS = {"clerk@example.org": "clerk", "viewer@example.org": "viewer", "chief@example.org": "chief"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a browser."""

    client: httpx.AsyncClient

    async def look(self, path: str, **options: Any) -> httpx.Response:
        """A page of the console."""
        return await self.client.get(f"{HERE}/{path}", **options)

    async def send(
        self, path: str, values: Mapping[str, Any] | None = None, *, on: str = "runs"
    ) -> httpx.Response:
        """What comes of a form, with the token that the page `on` shows."""
        token = form_of((await self.look(on)).text)
        return await self.client.post(f"{HERE}/{path}", data={"form": token, **(values or {})})

    async def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """The answer to a login."""
        return await self.send("login", {"name": name, "password": password}, on="login")


@dataclass(frozen=True, slots=True)
class Shop:
    """A server that holds the application."""

    app: Starlette
    server: Server
    generation: Generation
    edge: Edge
    definition: Path = DEFINITION

    @asynccontextmanager
    async def person(self, name: str | None = None, **options: Any) -> AsyncIterator[Person]:
        """Somebody, logged in where a name is given."""
        url, address = options.get("url", "http://test"), options.get("address", "127.0.0.1")
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            person = Person(client)
            if name is not None:
                assert (await person.log_in(name)).status_code == 303
            yield person

    @property
    def anybody(self) -> Context:
        """Anybody, at another door."""
        return Context(self.server, self.generation, ANYBODY, "graphql", "r-1", "127.0.0.1", str)


def form_of(text: str) -> str:
    """The token of the forms of a page; empty where it has none."""
    found = re.search(r'name="form" value="([^"]+)"', text)
    return found[1] if found else ""


@asynccontextmanager
async def opened(folder: Path, database_url: str, **given: Any) -> AsyncIterator[Shop]:
    """The shop while it is open."""
    cheap = {"argon2_memory_kib": 64, "argon2_time_cost": 1}
    chosen = {"login_per_address_minute": 60, **cheap, **given}
    settings = load(env_file=None, database_url=database_url, data=folder / "data", **chosen)
    server = await open_server(settings)
    loaded = load_checked(DEFINITION, steps=KINDS)
    try:
        generations = await open_applications(
            server, [loaded.application], {"SHOP_TOKEN": SECRET}, sources={"shop": loaded.source}
        )
        for email, role in USERS.items():
            await add_user(server, generations[0].application, email, [role], PASSWORD)
        edge = Edge(server, Applications(generations))
        worker = begin_worker(server, generations)
        try:
            yield Shop(Starlette(routes=routes(edge, GraphQLEndpoint(edge))), server, generations[0], edge)
        finally:
            await worker.stop(1.0)
    finally:
        await close_server(server)
