"""The desk of this folder behind all its doors, the people who come to them, and what the trail tells of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.auth.keys import key_id
from app.checks import load_checked
from app.definition.names import short_uuid
from app.edge import Applications, Edge
from app.main import open_applications
from app.resolvers.audit import list_audit
from app.resolvers.context import Generation, Server
from app.resolvers.keys import create_module_key, create_user_key
from app.resolvers.users import add_user
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import Front
from app.server.running import begin_worker
from app.steps import KINDS
from app.storage.audit import Told, Wanted
from tests.keys.depot import basic, settings

DEFINITION = Path(__file__).parent / "desk.yaml"
ADDRESS = "192.0.2.9"
STRANGER = "x" * 43
"""A key of nobody."""
LOGIN = """
    mutation ($profile: String!, $name: String, $password: String) {
      login(authProfileUuid: $profile, username: $name, password: $password) { jwtToken refreshToken }
    }
"""
ACTION = "mutation ($id: ID!, $input: JSON) { action(id: $id, input: $input) }"

Who = str | None
"""`clerk`, who may do everything, `guest`, who is known and may do nothing, or nobody."""


@dataclass
class Desk:
    """A server of the desk, with a client of it, and everybody's tokens and keys."""

    server: Server
    generation: Generation
    app: Front
    tokens: dict[str, Mapping[str, str]] = field(default_factory=dict)
    keys: dict[tuple[str, Who], str] = field(default_factory=dict)
    """`Authorization` by the kind of key and whose it is; a guest's module key is another module's."""
    names: dict[str, str] = field(default_factory=dict)
    """What stands for ids that differ from test to test."""
    kept: str = ""
    """The id of a note that is there."""
    behind: int = 0

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A browser, with cookies of its own."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False, client=(ADDRESS, 1))
        return httpx.AsyncClient(transport=transport, base_url="https://desk.test", **options)

    async def send(self, method: str, path: str, authorization: str | None, **options: Any) -> httpx.Response:
        headers = {"authorization": authorization} if authorization else {}
        async with self.client() as client:
            return await client.request(
                method, path, headers={**headers, **options.pop("headers", {})}, **options
            )

    def bearer(self, who: Who) -> str | None:
        return None if who is None else f"Bearer {self.tokens[who]['jwtToken']}"

    async def ask(self, who: Who, query: str, **variables: Any) -> Any:
        """The body of a GraphQL answer."""
        body = {"query": query, "variables": variables}
        return (await self.send("POST", "/graphql", self.bearer(who), json=body)).json()

    async def login(self, name: str, password: str, profile: str = "Staff") -> Any:
        uuid = self.generation.application.authentication_profiles[profile].uuid.hex
        return await self.ask(None, LOGIN, profile=uuid, name=name, password=password)

    async def keep(self) -> None:
        """Makes sure that there is a note with the text `kept`."""
        made = await self.ask(
            "clerk", 'mutation { upsertNote(input: {text: "kept"}, uniqueBy: ["text"]) { id } }'
        )
        self.kept = str(made["data"]["upsertNote"]["id"])

    def key(self, kind: str, who: Who) -> str | None:
        return self.keys.get((kind, who))

    def module(self, name: str = "Question") -> str:
        return short_uuid(self.generation.application.actions[name].uuid)

    async def forget(self) -> None:
        """What was told so far does not matter, and what is told next is the first of its kind."""
        await self.server.trail.close()
        newest = await list_audit(self.server, Wanted(most=1))
        self.behind = newest[0].sequence if newest else 0

    async def entries(self) -> list[Told]:
        """What was told since, the oldest first."""
        await self.server.trail.close()
        found = await list_audit(self.server, Wanted(most=1000))
        return sorted(one for one in found if one.sequence > self.behind)

    async def told(self) -> list[str]:
        """The same in words: who, by whose rights, through which door, what, and with which result."""
        return [self._words(one) for one in await self.entries()]

    def _words(self, told: Told) -> str:
        one = told.entry
        text = f"{one.actor} as {one.behalf} by {one.door}: {one.operation} {one.subject} {one.result}"
        for id, name in self.names.items():
            text = text.replace(id, name)
        return re.sub(" +", " ", text)

    async def admit(self) -> None:
        """Gives everybody their tokens and keys."""
        application = self.generation.application
        for name in ("clerk", "guest"):
            email = f"{name}@example.org"
            self.tokens[name] = (await self.login(email, f"password of {name}"))["data"]["login"]
            user = await add_user(self.server, application, email, [name], f"password of {name}")
            self.names[user.id] = name
            rest = await create_user_key(self.server, application, email)
            incoming = await create_user_key(self.server, application, email, "incoming")
            self.keys |= {
                ("rest", name): basic(email, rest.text),
                ("incoming", name): f"Bearer {incoming.text}",
            }
            self.names |= {rest.key.id: f"{name}'s", incoming.key.id: f"{name}'s"}
        module = await create_module_key(self.server, application, application.actions["Question"])
        self.keys["module", "clerk"] = f"Bearer {module.text}"
        self.keys["module", "guest"] = f"Bearer {STRANGER}"
        self.names |= {module.key.id: "clerk's", key_id(STRANGER): "stranger"}


@asynccontextmanager
async def opened(
    url: str, folder: Path, definition: Path = DEFINITION, admit: bool = True, **given: Any
) -> AsyncIterator[Desk]:
    """The desk while it is open."""
    often = {"login_per_account_minute": 1000, "login_per_address_minute": 1000}
    server = await open_server(settings(url, folder, **{**often, **given}))
    loaded = load_checked(definition, steps=KINDS)
    try:
        generations = await open_applications(
            server, [loaded.application], {}, sources={"desk": loaded.source}
        )
        edge = Edge(server, Applications(generations))
        front = Front(server.settings)
        front.open(edge, GraphQLEndpoint(edge))
        worker = begin_worker(server, generations)
        desk = Desk(server, generations[0], front)
        try:
            if admit:
                await desk.admit()
                await desk.forget()
            yield desk
        finally:
            await worker.stop(0)
    finally:
        await close_server(server)
