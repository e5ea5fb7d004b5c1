"""The application of this folder behind the REST door, on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from app.checks import load_checked
from app.edge import Applications, Edge
from app.main import open_applications
from app.resolvers.context import Generation, Server
from app.resolvers.keys import create_user_key
from app.resolvers.users import add_user
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import Front
from app.settings import load
from app.steps import KINDS
from tests.support.kept import Kept, keep

DEFINITION = Path(__file__).parent / "application.yaml"
DOCUMENTED = {200, 201, 204, 400, 401, 404, 502, 405, 413, 415, 429}
ERROR = ["errors", "code", "message", "requestId"]


@dataclass(frozen=True)
class Caller:
    """Somebody who calls the door."""

    client: httpx.AsyncClient
    server: Server
    generation: Generation

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer to a request, of a status that the protocol has, and of its shape where it is an error."""
        answer = await self.client.request(method, f"/api{path}", **options)
        assert answer.status_code in DOCUMENTED
        assert (answer.status_code == 204) is (answer.content == b"")
        if answer.status_code >= 400:
            assert list(answer.json()) == ERROR
            assert not any(word in answer.text for word in ("Traceback", "SELECT", ".py", "sqlite"))
        return answer

    async def ask(self, path: str, **parameters: Any) -> Any:
        """The JSON of a GET that works."""
        answer = await self.send("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ids(self, **parameters: Any) -> list[int]:
        """The ids of the people of a list."""
        return [record["id"] for record in await self.ask("/models/Person/records", **parameters)]


@dataclass(frozen=True)
class Door:
    """The door and those who come to it."""

    app: Starlette
    server: Server
    generation: Generation
    applications: Applications

    async def caller(self, *roles: str) -> Caller:
        """A user with these roles and a key."""
        email = f"{'-'.join(roles) or 'nobody'}@example.org"
        application = self.generation.application
        await add_user(self.server, application, email, list(roles))
        key = (await create_user_key(self.server, application, email)).text
        return self.with_credentials((email, key))

    def with_credentials(
        self, auth: tuple[str, str] | None, url: str = "http://test", address: str = "127.0.0.1"
    ) -> Caller:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(address, 1))
        client = httpx.AsyncClient(transport=transport, base_url=url, auth=auth)
        return Caller(client, self.server, self.generation)


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[Door]:
    """The application behind the door."""
    settings = load(env_file=None, database_url=url, data=folder / "data", body_bytes=100_000)
    server = await open_server(settings)
    try:
        application = load_checked(DEFINITION, steps=KINDS).application
        generations = await open_applications(server, [application], {})
        applications = Applications(generations)
        edge = Edge(server, applications)
        front = Front(server.settings)
        front.open(edge, GraphQLEndpoint(edge))
        yield Door(front, server, generations[0], applications)
    finally:
        await close_server(server)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Door, Kept]]:
    async with opened(shared_database_url, tmp_path_factory.mktemp("door")) as door:
        yield door, keep(shared_database_url)


@pytest_asyncio.fixture(loop_scope="module")
async def door(shared: tuple[Door, Kept]) -> AsyncIterator[Door]:
    """The door of all tests of a file, with the records of its start."""
    yield shared[0]
    await shared[1].put_back()


@pytest_asyncio.fixture(loop_scope="module")
async def own_door(database_url: str, tmp_path: Path) -> AsyncIterator[Door]:
    """The door of one test, which changes what others would see."""
    async with opened(database_url, tmp_path) as door:
        yield door


@pytest_asyncio.fixture(loop_scope="module")
async def clerk(door: Door) -> Caller:
    """May do all that anybody may."""
    return await door.caller("clerk")


@pytest_asyncio.fixture(loop_scope="module")
async def reader(door: Door) -> Caller:
    """May read grown-ups."""
    return await door.caller("reader")
