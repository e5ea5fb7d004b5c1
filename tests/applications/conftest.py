"""Two applications that differ in nothing but name, uuid, host and password, in one server on each database."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.checks import load_checked
from app.definition.load import Loaded
from app.definition.names import short_uuid
from app.edge import Applications, Edge
from app.main import open_applications
from app.resolvers.context import Generation, Server
from app.resolvers.keys import create_module_key, create_user_key
from app.resolvers.users import add_user
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import Front
from app.server.running import begin_worker
from app.settings import load
from app.steps import KINDS

DEFINITION = Path(__file__).parent / "application.yaml"
UUIDS = {"one": "1111111111114111a111111111111111", "two": "2222222222224222a222222222222222"}
USER = "ann@example.org"
LOGIN = """
    mutation ($profile: String!, $name: String, $password: String) {
      login(authProfileUuid: $profile, username: $name, password: $password) { jwtToken refreshToken }
    }
"""
KNOWN = 'query { meMember { email } allNote(sort: [{field: "text"}]) { results { text } } }'


@dataclass(frozen=True)
class Side:
    """One of the two applications, and what its user has: tokens and a key of each kind."""

    server: Server
    generation: Generation
    client: httpx.AsyncClient
    token: str
    refresh: str
    rest_key: str
    incoming_key: str
    module_key: str

    @property
    def name(self) -> str:
        return self.generation.application.name

    @property
    def uuid(self) -> str:
        return self.generation.application.uuid.hex

    @property
    def profile(self) -> str:
        return self.generation.application.authentication_profiles["Members"].uuid.hex

    @property
    def bearer(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def basic(self) -> Mapping[str, str]:
        return {"Authorization": "Basic " + base64.b64encode(f"{USER}:{self.rest_key}".encode()).decode()}

    @property
    def module(self) -> str:
        """The path of its module's sessions."""
        uuid = self.generation.application.actions["Question"].uuid
        return f"/api/execution/{short_uuid(uuid)}/sessions"

    @property
    def trigger(self) -> str:
        """The path of its actions at the incoming API."""
        return f"/phixflow/api/1/action/{self.name}"

    async def query(self, text: str, **variables: Any) -> Any:
        """The body of a GraphQL answer to its own user."""
        body = {"query": text, "variables": variables}
        return (await self.client.post("/graphql", json=body, headers=self.bearer)).json()

    async def texts(self) -> list[str]:
        """Its notes."""
        found = await self.query("{ allNote { results { text } } }")
        return sorted(note["text"] for note in found["data"]["allNote"]["results"])

    async def runs(self) -> list[str]:
        """The ids of its runs."""
        found = await self.query("{ runs { results { id } } }")
        return sorted(run["id"] for run in found["data"]["runs"]["results"])


def definition(name: str, folder: Path) -> Loaded:
    """The application of this folder under this name."""
    file = folder / f"{name}.yaml"
    file.write_text(DEFINITION.read_text().replace("NAME", name).replace("UUID", UUIDS[name]))
    return load_checked(file, steps=KINDS)


def code(body: Mapping[str, Any]) -> str:
    """The code of the one error of a GraphQL answer, which has no data."""
    assert not any((body.get("data") or {}).values()), body
    (error,) = body["errors"]
    return str(error["extensions"]["code"])


async def _side(server: Server, app: Front, generation: Generation) -> Side:
    application = generation.application
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("127.0.0.1", 1))
    client = httpx.AsyncClient(transport=transport, base_url=f"http://{application.name}.test")
    given = {"profile": "Members", "name": USER, "password": f"password of {application.name}"}
    answer = (await client.post("/graphql", json={"query": LOGIN, "variables": given})).json()
    pair = answer["data"]["login"]
    await add_user(server, application, USER, ["member"])
    return Side(
        server,
        generation,
        client,
        pair["jwtToken"],
        pair["refreshToken"],
        (await create_user_key(server, application, USER)).text,
        (await create_user_key(server, application, USER, "incoming")).text,
        (await create_module_key(server, application, application.actions["Question"])).text,
    )


@pytest.fixture
async def sides(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Side, Side]]:
    settings = load(
        env_file=None,
        database_url=database_url,
        data=tmp_path / "data",
        argon2_memory_kib=8,
        argon2_time_cost=1,
        login_per_account_minute=100,
        login_per_address_minute=100,
    )
    server = await open_server(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(close_server, server)
        loaded = [definition(name, tmp_path) for name in UUIDS]
        sources = {one.application.name: one.source for one in loaded}
        generations = await open_applications(
            server, [one.application for one in loaded], {}, sources=sources
        )
        edge = Edge(server, Applications(generations))
        front = Front(settings)
        front.open(edge, GraphQLEndpoint(edge))
        worker = begin_worker(server, generations)
        stack.push_async_callback(worker.stop, 0)
        one, two = [await _side(server, front, generation) for generation in generations]
        yield one, two
