"""The office of this folder, served and driven in process; it can be closed and opened again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import httpx
from starlette.applications import Starlette

from app.checks import load_checked
from app.definition.model import Action
from app.definition.names import parse_short_uuid, short_uuid
from app.edge import Applications, Edge
from app.main import open_applications
from app.permissions import ANYBODY
from app.resolvers.context import Context, Generation, Server
from app.resolvers.keys import create_module_key
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import routes
from app.server.running import begin_worker
from app.settings import load
from app.steps import KINDS
from tests.end_to_end.databases import run_sql

DEFINITION = Path(__file__).parent / "application.yaml"
HIRE = "oITwNKIrRdS0A0TFVPP54g"
SECONDS = 60.0
LEAKS = ("Traceback", "SELECT", ".py", "sqlite")


@dataclass(frozen=True, slots=True)
class Office:
    """A server that holds the application, and callers of it."""

    app: Starlette
    server: Server
    generation: Generation
    database_url: str
    keys: dict[str, str] = field(default_factory=dict)

    def action(self, name: str) -> Action:
        return self.generation.application.actions[name]

    def path(self, name: str) -> str:
        """The path of a module's sessions."""
        return f"/api/execution/{short_uuid(self.action(name).uuid)}/sessions"

    async def key(self, name: str, **given: Any) -> str:
        """A key of a module; without options the same one each time."""
        application = self.generation.application
        if given:
            return (await create_module_key(self.server, application, self.action(name), **given)).text
        if name not in self.keys:
            self.keys[name] = (await create_module_key(self.server, application, self.action(name))).text
        return self.keys[name]

    def client(self, url: str = "http://test", address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A client of its own, with cookies of its own."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url=url)

    async def send(self, method: str, path: str, key: str | None = None, **options: Any) -> httpx.Response:
        """The answer to a request, which has an error's shape where it is one."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        async with self.client() as client:
            answer = await client.request(
                method, path, headers={**headers, **options.pop("headers", {})}, **options
            )
        if answer.status_code >= 400:
            assert {"code", "message", "requestId"} <= answer.json()["error"].keys()
            assert not any(leak in answer.text for leak in LEAKS)
        return answer

    async def start(self, name: str, body: Any = None) -> str:
        """The id of a new session of a module."""
        options = {} if body is None else {"json": body}
        answer = await self.send("POST", self.path(name), await self.key(name), **options)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    async def state(self, name: str, id: str) -> str:
        """The state of a session."""
        answer = await self.send("GET", f"{self.path(name)}/{id}", await self.key(name))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["state"])

    async def until(self, name: str, id: str, *states: str) -> str:
        """The state of a session when it is one of these."""
        deadline = monotonic() + SECONDS
        while (state := await self.state(name, id)) not in states:
            assert monotonic() < deadline, state
            await asyncio.sleep(0.02)
        return state

    async def entries(self, id: str) -> list[Any]:
        """What a session has written, in its order."""
        uuid = parse_short_uuid(id)
        sql = f"SELECT value FROM office__entry WHERE run = '{uuid}' ORDER BY id"
        return [value for (value,) in await run_sql(self.database_url, sql)]

    @property
    def anybody(self) -> Context:
        """Anybody, at another door."""
        return Context(self.server, self.generation, ANYBODY, "graphql", "r-1", "127.0.0.1", str)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a browser at the page of a session."""

    client: httpx.AsyncClient
    path: str

    async def look(self) -> httpx.Response:
        """The page."""
        return await self.client.get(self.path)

    async def send(self, shown: httpx.Response, values: Mapping[str, Any], **options: Any) -> httpx.Response:
        """What comes of the form on a page that was shown, filled in."""
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown.text))
        return await self.client.post(self.path, data={**hidden, **values}, **options)


@asynccontextmanager
async def at_page(office: Office, name: str, id: str, url: str = "http://test") -> AsyncIterator[Person]:
    """Somebody who has the link of a session."""
    async with office.client(url) as client:
        yield Person(client, f"/{short_uuid(office.action(name).uuid)}/sessions/{id}")


@asynccontextmanager
async def opened(
    folder: Path, database_url: str, definition: Path = DEFINITION, **given: Any
) -> AsyncIterator[Office]:
    """The office while it is open."""
    settings = load(env_file=None, database_url=database_url, data=folder / "data", **given)
    server = await open_server(settings)
    loaded = load_checked(definition, steps=KINDS)
    try:
        sources = {loaded.application.name: loaded.source}
        generations = await open_applications(server, [loaded.application], {}, sources=sources)
        edge = Edge(server, Applications(generations))
        app = Starlette(routes=routes(edge, GraphQLEndpoint(edge)))
        worker = begin_worker(server, generations)
        try:
            yield Office(app, server, generations[0], database_url)
        finally:
            await worker.stop(1.0)
    finally:
        await close_server(server)


def run_id(id: str) -> str:
    """The id of the run that a session is."""
    return str(UUID(str(parse_short_uuid(id))))
