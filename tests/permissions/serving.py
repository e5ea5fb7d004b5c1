"""The application of this folder, served in process on a database of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from starlette.applications import Starlette

from app.checks import load_checked
from app.definition.model import Application
from app.edge import Applications, Edge
from app.main import open_applications
from app.resolvers.context import Generation, Server
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import Front
from app.settings import Settings, load
from app.steps import KINDS
from tests.permissions.watched import Watched

DEFINITION = Path(__file__).parent / "application.yaml"
PROFILES = {
    "Staff": "11111111111141118111111111111111",
    "Clients": "22222222222242228222222222222222",
    "Badges": "33333333333343338333333333333333",
}
LOGIN = """
    mutation ($profile: String!, $username: String, $password: String) {
      login(authProfileUuid: $profile, username: $username, password: $password) { jwtToken refreshToken }
    }
"""


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, and the body's data and errors."""

    status: int
    body: Mapping[str, Any]

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def codes(self) -> list[str]:
        """The code of each error; every error has one, and the status that belongs to it."""
        found = [error["extensions"] for error in self.body.get("errors", [])]
        assert all(isinstance(one["statusCode"], int) for one in found)
        return [one["code"] for one in found]

    @property
    def code(self) -> str | None:
        """The code of the only error, or None where there is none."""
        codes = self.codes
        assert len(codes) < 2, self.body
        return codes[0] if codes else None

    @property
    def messages(self) -> list[str]:
        return [error["message"] for error in self.body.get("errors", [])]


@dataclass(frozen=True)
class Serving:
    """A running server: what it is made of, and a client of it."""

    server: Server
    generations: list[Generation]
    app: Starlette
    client: httpx.AsyncClient
    watched: Watched
    tokens: dict[str, str] = field(default_factory=dict)
    """Access tokens by the names of callers."""

    def client_at(self, address: str) -> httpx.AsyncClient:
        """Another client of the server, at another address."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 1))
        return httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60)

    @property
    def generation(self) -> Generation:
        return self.generations[0]

    async def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        token: str | None = None,
        application: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Sends one GraphQL request, with an access token or without."""
        # One that comes over a socket has a turn of the event loop of its own.
        await asyncio.sleep(0)
        sent = dict(headers or {})
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        uuid = self.generations[application].application.uuid.hex
        body = {"query": query, "variables": dict(variables or {})}
        answered = await self.client.post(f"/api/runtime/{uuid}", json=body, headers=sent)
        return Answer(answered.status_code, answered.json())

    async def login(
        self, profile: str, username: str | None, password: str | None, application: int = 0
    ) -> Answer:
        variables = {
            "profile": PROFILES.get(profile, profile),
            "username": username,
            "password": password,
        }
        return await self.ask(LOGIN, variables, application=application)

    async def pair(
        self, profile: str, username: str, password: str | None = None, application: int = 0
    ) -> dict[str, str]:
        """The tokens of a login that has to work."""
        answer = await self.login(profile, username, password, application)
        assert answer.code is None, answer.body
        found: dict[str, str] = answer.data["login"]
        return found

    async def act(
        self, action: str, token: str | None = None, input: Mapping[str, Any] | None = None
    ) -> Answer:
        """Runs an action by its name."""
        variables = {"id": action, "input": dict(input or {})}
        return await self.ask(
            "mutation ($id: ID!, $input: JSON) { action(id: $id, input: $input) }", variables, token
        )


def definition(**changes: Any) -> Application:
    """The application of this folder, with some of its keys changed."""
    return load_checked(DEFINITION, steps=KINDS).application.model_copy(update=changes)


def settings(database_url: str, folder: Path, **given: Any) -> Settings:
    """Settings under which a test is quick and no limit is in its way."""
    cheap = {
        "argon2_memory_kib": 8,
        "argon2_time_cost": 1,
        "login_per_account_minute": 100_000,
        "login_per_address_minute": 100_000,
    }
    return load(env_file=None, database_url=database_url, data=folder / "data", **{**cheap, **given})


@asynccontextmanager
async def serving(
    settings: Settings,
    *applications: Application,
    raising: bool = True,
    prepare: Callable[[Server], Server] = lambda server: server,
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Serving]:
    """A server for applications, this folder's where none is given; `raising` lets its failures through."""
    server = await open_server(settings)
    watched = Watched(server.database)
    server = prepare(replace(server, database=watched))
    try:
        generations = await open_applications(server, list(applications) or [definition()], secrets)
        edge = Edge(server, Applications(generations))
        app = Front(server.settings)
        app.open(edge, GraphQLEndpoint(edge))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=raising)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as client:
            yield Serving(server, generations, app, client, watched)
    finally:
        await close_server(server)
