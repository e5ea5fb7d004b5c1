"""The application of this folder with records, who calls it, and the two ways in which it answers a query."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from graphql import ExecutionResult, GraphQLSchema, execute

from app.checks import load_checked
from app.definition.model import Application
from app.permissions import ANYBODY, Principal
from app.resolvers.authenticate import authenticate
from app.resolvers.context import Context
from app.schema.answers import JSON, answer
from app.schema.documents import Prepared
from app.schema.endpoint import Schemas, Served
from app.steps import KINDS
from app.storage.work import Statement, Work
from tests.permissions.serving import Serving, serving, settings

DEFINITION = Path(__file__).parent / "application.yaml"
STAFF = "44444444444444448444444444444444"
WORDS = ("Apple", "apple pie", "Ärger", "100 %", "a_b", "Zoo", "quince 'x'")
PEOPLE = {"ada": ["member"], "bob": ["member"], "max": ["manager"], "nil": []}


@dataclass(frozen=True)
class Shop:
    """The application as it is served, with the principals who call it."""

    serving: Serving
    schemas: Schemas
    principals: Mapping[str, Principal]

    def schema(self, caller: str) -> GraphQLSchema:
        """The schema as it exists for a caller."""
        return self.served(caller).built.graphql

    def served(self, caller: str) -> Served:
        return self.schemas.of(self.serving.generation, self.principals[caller].roles)

    def prepared(self, caller: str, query: str) -> Prepared:
        """A document for both ways; raises `InvalidDocument`."""
        return self.served(caller).documents.prepare(query)

    async def planned(self, caller: str, prepared: Prepared, variables: Mapping[str, Any]) -> bytes | None:
        """The body of what the compiled plan answers; None where it leaves the answer to the executor."""
        result = await self.served(caller).plans.execute(self._context(caller), prepared, variables)
        return None if result is None else _body(result)

    async def executed(self, caller: str, prepared: Prepared, variables: Mapping[str, Any]) -> bytes:
        """The body of what GraphQL's executor answers."""
        found: Any = execute(
            self.schema(caller),
            prepared.document,
            context_value=self._context(caller),
            variable_values=dict(variables),
        )
        return _body(found if isinstance(found, ExecutionResult) else await found)

    def _context(self, caller: str) -> Context:
        return Context(
            server=self.serving.server,
            generation=self.serving.generation,
            principal=self.principals[caller],
            door="graphql",
            request_id="r-1",
            address="127.0.0.1",
            base_url=lambda: "http://test",
        )


@asynccontextmanager
async def open_shop(database_url: str, folder: Path) -> AsyncIterator[Shop]:
    """The application on an empty database, which gets its records."""
    given = settings(database_url, folder)
    async with serving(given, _application()) as running:
        await running.server.database.write(_stored_files)
        principals = {"nobody": ANYBODY}
        for name in PEOPLE:
            pair = await running.pair(STAFF, f"{name}@example.org", f"{name} password")
            header = f"Bearer {pair['jwtToken']}"
            principals[name] = await authenticate(running.generation, header)
        yield Shop(running, Schemas(given), principals)


def _body(result: ExecutionResult) -> bytes:
    return bytes(answer(result, JSON, "r-1").body)


def _application() -> Application:
    found = load_checked(DEFINITION, steps=KINDS).application
    return found.model_copy(update={"records": _records(Random(7))})


def _records(random: Random) -> dict[str, list[dict[str, Any]]]:
    return {
        "Team": [{"name": "red"}, {"name": "blue"}],
        "Person": [
            {
                "email": f"{name}@example.org",
                "name": name.title(),
                "password": f"{name} password",
                "born": random.choice([None, "1980-02-29", "1999-12-31"]),
                "salary": random.choice([None, "1000.00", "2500.50"]),
                "team": 1 + number % 2,
                "roles": roles,
            }
            for number, (name, roles) in enumerate(PEOPLE.items())
        ],
        "Tag": [{"name": word} for word in WORDS[:4]],
        "Item": [_item(random) for _ in range(14)],
        "Comment": [
            {
                "text": random.choice(WORDS),
                "stars": random.choice([None, 0, 1, 2, 5]),
                "fee": random.choice([None, "0.10", "99999999999999.99", "3.33"]),
                "item": random.randint(1, 14),
                "author": random.choice([None, 1, 2, 3]),
            }
            for _ in range(30)
        ],
    }


def _item(random: Random) -> dict[str, Any]:
    optional: dict[str, list[Any]] = {
        "price": ["0.00", "12.50", "12.50", "19.99", "90071992547409.93", "-3.10"],
        "weight": ["0.001", "2.500", "1234567890.123"],
        "votes": [0, 1, 1, 7, -2, 2**31 - 1],
        "length": [0, 30, 90],
        "active": [True, False],
        "at": ["00:00", "13:05:30"],
        "day": ["2026-01-01", "2026-11-22"],
        "published_at": ["2026-01-01T00:00:00+00:00", "2026-11-22T03:07:01.5+02:00"],
        "labels": [[], ["a"], ["a", "c"]],
        "extra": [{"deep": [1, Decimal("0.10")]}, "text"],
        "secret": [1, 2, 3],
        "owner": [1, 2, 3, 4],
    }
    chosen = {name: random.choice([None, *values]) for name, values in optional.items()}
    return {
        "title": random.choice(WORDS),
        "status": random.choice(["draft", "published", "published"]),
        "tags": random.sample([1, 2, 3, 4], random.randint(0, 3)),
        **{name: value for name, value in chosen.items() if value is not None},
    }


def _stored_files() -> Work[None]:
    """References alone: nobody downloads these files."""
    for name, every in (("paper", 2), ("picture", 3)):
        reference = f"{'0' * 31}{every}/ä {name}.png"
        yield Statement(f"UPDATE shop__item SET {name} = '{reference}' WHERE id % {every} = 0")
