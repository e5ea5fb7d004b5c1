"""The application of this folder, and two more, behind the incoming API on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from app.checks import load_checked
from app.definition.model import Application
from app.edge import Applications, Edge
from app.main import open_applications
from app.resolvers.context import Generation, Server
from app.resolvers.keys import create_user_key
from app.resolvers.users import add_user
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import Front
from app.server.running import begin_worker
from app.settings import load
from app.steps import KINDS
from tests.support.kept import Kept, keep

FOLDER = Path(__file__).parent
BASE = "/phixflow/api/1/action"
ROOM = f"{BASE}/Post%20Room"
LEAKS = ("Traceback", "SELECT", "INSERT", ".py", "sqlite", "secret reason")


@dataclass(frozen=True)
class Door:
    """The door and those who come to it."""

    app: Starlette
    server: Server
    generation: Generation

    async def call(
        self, method: str, path: str, address: str = "127.0.0.1", **options: Any
    ) -> httpx.Response:
        """The answer to a request; one that is an error has its shape."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.request(method, path, **options)
        assert not any(word in answer.text for word in LEAKS), answer.text
        if answer.status_code >= 400:
            body = answer.json()
            assert body["success"] is False
            assert {"message", "code", "requestId"} <= body.keys()
        return answer

    async def ask(self, action: str, **options: Any) -> Any:
        """The JSON of a trigger of the post room that works."""
        answer = await self.call("POST", f"{ROOM}/{action}/trigger", **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def notes(self) -> list[str]:
        """The notes that are stored."""
        texts: list[str] = (await self.ask("Notes"))["data"]["Texts"]
        return texts

    async def key(self, *roles: str) -> str:
        """The signed key of a new user with these roles."""
        email, application = f"{'-'.join(roles) or 'nobody'}@example.org", self.generation.application
        await add_user(self.server, application, email, list(roles))
        return (await create_user_key(self.server, application, email, "incoming")).text


def application(name: str = "application", **changes: Any) -> Application:
    """An application of this folder, with some keys of its definition changed."""
    loaded = load_checked(FOLDER / f"{name}.yaml", steps=KINDS).application
    return loaded.model_copy(update=changes)


@asynccontextmanager
async def opened(
    url: str, folder: Path, applications: Sequence[Application], **given: Any
) -> AsyncIterator[Door]:
    """These applications behind the door."""
    settings = load(env_file=None, database_url=url, data=folder / "data", body_bytes=100_000, **given)
    server = await open_server(settings)
    try:
        generations = await open_applications(server, applications, {})
        edge = Edge(server, Applications(generations))
        worker = begin_worker(server, generations)
        front = Front(server.settings)
        front.open(edge, GraphQLEndpoint(edge))
        yield Door(front, server, generations[0])
        await worker.stop(0)
        for generation in generations:
            await generation.runs.finish(0)
    finally:
        await close_server(server)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Door, Kept]]:
    applications = [application(), application("annex")]
    async with opened(shared_database_url, tmp_path_factory.mktemp("door"), applications) as door:
        yield door, keep(shared_database_url)


@pytest_asyncio.fixture(loop_scope="module")
async def door(shared: tuple[Door, Kept]) -> AsyncIterator[Door]:
    """The door of all tests of a file, before anything was written."""
    yield shared[0]
    await shared[1].put_back()
