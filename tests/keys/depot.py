"""The application of this folder with its users and keys, on a database of the test's own."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.checks import load_checked
from app.definition.model import Action, Application
from app.main import open_applications
from app.permissions import Principal
from app.resolvers.authenticate import authenticate_basic, authenticate_incoming, authenticate_module
from app.resolvers.context import Generation, Server
from app.resolvers.keys import NewKey, create_module_key, create_user_key
from app.server.opening import close_server, open_server
from app.settings import Settings, load
from app.steps import KINDS

DEFINITION = Path(__file__).parent / "application.yaml"
ADDRESS = "192.0.2.7"


@dataclass(frozen=True)
class Depot:
    """A server that holds the application."""

    server: Server
    generation: Generation

    @property
    def application(self) -> Application:
        return self.generation.application

    def action(self, name: str = "Open gate") -> Action:
        return self.application.actions[name]

    async def rest_key(self, email: str, **given: Any) -> str:
        return (await create_user_key(self.server, self.application, email, **given)).text

    async def incoming_key(self, email: str, **given: Any) -> str:
        return (await create_user_key(self.server, self.application, email, "incoming", **given)).text

    async def module_key(self, action: str = "Open gate", **given: Any) -> NewKey:
        return await create_module_key(self.server, self.application, self.action(action), **given)

    async def by_basic(self, email: str, key: str, address: str = ADDRESS) -> Principal:
        return await self.by_header(basic(email, key), address)

    async def by_header(self, authorization: str | None, address: str = ADDRESS) -> Principal:
        return await authenticate_basic(self.server, self.generation, authorization, address)

    async def by_incoming(self, authorization: str | None, address: str = ADDRESS) -> Principal:
        return await authenticate_incoming(self.server, self.generation, authorization, address)

    async def by_module(
        self, key: str, action: str | None = "Open gate", address: str = ADDRESS
    ) -> Principal:
        found = None if action is None else self.action(action)
        return await authenticate_module(self.server, self.generation, found, f"Bearer {key}", address)


def basic(email: str, key: str) -> str:
    """The header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{email}:{key}".encode()).decode()


def settings(database_url: str, folder: Path, **given: Any) -> Settings:
    """Settings under which hashes are cheap."""
    cheap = {"argon2_memory_kib": 8, "argon2_time_cost": 1}
    return load(env_file=None, database_url=database_url, data=folder / "data", **{**cheap, **given})


@asynccontextmanager
async def opened(settings: Settings, definition: Path = DEFINITION, **changes: Any) -> AsyncIterator[Depot]:
    """The depot, or another application, with some keys of its definition changed."""
    server = await open_server(settings)
    try:
        application = load_checked(definition, steps=KINDS).application.model_copy(update=changes)
        (generation,) = await open_applications(server, [application], {})
        yield Depot(server, generation)
    finally:
        await close_server(server)
