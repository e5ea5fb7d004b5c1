"""Clients that write into the ledger of this folder, and what they were told about it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.end_to_end.databases import run_sql

DEFINITION = Path(__file__).parent / "application.yaml"
PASSWORD = "long-enough"
LOGIN = "mutation { login(authProfileUuid: $profile, username: $name, password: $password) { jwtToken } }"
CREATE = "mutation { createEntry(input: {key: $key, amount: 1}) { id } }"
ACTION = "mutation { action(id: $id, input: $input) }"


def environment(database_url: str) -> dict[str, str]:
    """Settings of a server with this database, on which a login costs little."""
    return {
        "DATABASE_URL": database_url,
        "DURABILITY_PASSWORD": PASSWORD,
        "ACTIONQL_ARGON2_MEMORY_KIB": "64",
        "ACTIONQL_ARGON2_TIME_COST": "1",
    }


@dataclass(slots=True)
class Ledger:
    """What the clients have asked for, and what the server has answered: the id of the entry with each key."""

    token: str = ""
    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)

    async def log_in(self, url: str) -> None:
        """Takes a token; it outlives the server's process."""
        variables = {"profile": "Clerks", "name": "clerk", "password": PASSWORD}
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            self.token = (await self.ask(client, LOGIN, variables))["login"]["jwtToken"]

    async def create(self, client: httpx.AsyncClient) -> None:
        """Makes an entry by the generated mutation."""
        key = self.key()
        data = await self.ask(client, CREATE, {"key": key})
        self.acknowledged[key] = data["createEntry"]["id"]

    async def book(self, client: httpx.AsyncClient, action: str = "Book", **input: Any) -> None:
        """Makes an entry by an action."""
        key = self.key()
        input = {"key": key, **(input or {"amount": 1})}
        data = await self.ask(client, ACTION, {"id": action, "input": input})
        self.acknowledged[key] = data["action"]["results"]

    def key(self) -> str:
        """A new key, written down before it is sent."""
        key = uuid4().hex
        self.sent.add(key)
        return key

    async def ask(self, client: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> Any:
        """The data of an answer without errors."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        answer = await client.post("/graphql", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    @asynccontextmanager
    async def clients(self, url: str, count: int) -> AsyncIterator[list[httpx.AsyncClient]]:
        """Clients with a connection each."""
        clients = [httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) for _ in range(count)]
        try:
            yield clients
        finally:
            await asyncio.gather(*(client.aclose() for client in clients))

    async def compare(self, database_url: str) -> None:
        """Fails unless the database has all that was acknowledged, nothing twice, and runs as their effects."""
        entries = await run_sql(database_url, 'SELECT id, "key", run FROM durability__entry')
        found = {key: id for id, key, _ in entries}
        assert len(found) == len(entries), "an entry is there twice"
        assert self.acknowledged.items() <= found.items(), "an acknowledged entry is missing"
        assert found.keys() <= self.sent, "an entry that nobody asked for"
        runs = await run_sql(database_url, "SELECT id, state FROM actionql_run")
        assert {state for _, state in runs} <= {"completed"}
        assert {id for id, _ in runs} == {run for _, _, run in entries if run is not None}
        if database_url.startswith("sqlite:"):
            assert await run_sql(database_url, "PRAGMA integrity_check") == [("ok",)]
            assert await run_sql(database_url, "PRAGMA foreign_key_check") == []


async def more_than_before(answers: Sized, writers: int) -> None:
    """Returns at a random moment, after the writers have had some more answers than there are now."""
    wanted = len(answers) + random.randint(writers + 1, 8 * writers)
    async with asyncio.timeout(60):
        while len(answers) < wanted:
            await asyncio.sleep(random.uniform(0.0, 0.02))
