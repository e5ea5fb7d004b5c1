"""A small application on a database of its own, for tests of steps and of what runs them."""

from __future__ import annotations

import json
import sqlite3
import textwrap
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.assets.library import Library
from app.assets.local import LocalStore
from app.auth.passwords import Passwords
from app.checks import load_checked
from app.definition.model import Application
from app.engine.compile import compile_actions
from app.engine.run import Start
from app.engine.runs import Runs
from app.outbound import Outbound
from app.outbound.mail import Mail, Outbox, Post
from app.permissions import ANYBODY, Permissions, Principal
from app.steps import KINDS
from app.steps.base import Scope, Services
from app.storage.migrate import migrate
from app.storage.records import Records, Write
from app.storage.sqlite import SqliteDatabase
from app.storage.system import SYSTEM
from app.storage.tables import build_tables
from app.storage.work import Database, Work

SECRET = "hunter2-is-secret"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STAFF = Principal("Single sign-on", "Member", {"id": 7, "email": "a@b.nl"}, frozenset({"staff"}))
DEFINITION = """
application: Toys
uuid: 0d6d2b5c9f6e4d0f8f3f0c1b2a394857
roles: {staff: {}}
configurations:
  host: {value: "127.0.0.1:1"}
  api_key: {secret: TOYS_API_KEY}
authentication_profiles:
  Single sign-on: {kind: custom, model: Member, action: Sign on}
models:
  Maker:
    properties:
      name: {kind: text, required: true, unique: true}
    relations:
      shoes: {has_many: Shoe}
    read: {staff: all}
  Shoe:
    properties:
      name: {kind: text, required: true}
      price: {kind: price}
      photo: {kind: image}
      manual: {kind: file}
    relations:
      maker: {belongs_to: Maker}
    validations:
      - {expression: =price == null or price < 1000, message: A shoe costs less than 1000.}
    read: {staff: {name: {neq: hidden}}}
    write: {staff: {name: {neq: hidden}}}
  Member:
    properties:
      email: {kind: email, required: true}
      password: {kind: password}
webservices:
  Prices:
    protocol: http
    host: "{{ config.host }}"
    variables: [key]
    headers: {Authorization: "Bearer {{ key }}", X-Side: webservice}
    endpoints:
      Price of:
        method: POST
        path: /prices/{{ article }}
        variables: [article]
        headers: {x-side: endpoint}
        query: {currency: EUR}
        body: {article: "{{ article }}", amount: 2}
      List: {path: list}
actions:
  Sign on: {}
"""


@dataclass(slots=True)
class Issuer:
    """Stands for what makes token pairs, and remembers for whom."""

    issued: list[tuple[str, int]] = field(default_factory=list)

    def issue(self, profile: str, record: int, run: Mapping[str, Any]) -> Work[Mapping[str, Any]]:
        self.issued.append((profile, record))
        yield from ()
        return {"jwtToken": f"token of {record}"}


@dataclass(frozen=True, slots=True)
class World:
    """The application with all that its actions need."""

    application: Application
    runs: Runs
    services: Services
    tokens: Issuer
    database: Database
    passwords: Passwords
    file: Path

    async def run(self, action: str = "Attempt", /, principal: Principal = ANYBODY, **input: Any) -> Any:
        """The result of an action."""
        return (await self.runs.run(Start(action, input, principal, "tests"))).result

    def on(self, database: Database) -> World:
        """The same with another database in between."""
        permissions, actions = Permissions(self.application), compile_actions(self.application)
        return replace(self, runs=Runs(database, actions, self.services, permissions, self.passwords))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database holds for everybody to see, committed."""
        connection = sqlite3.connect(self.file)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def runs_recorded(self) -> list[dict[str, Any]]:
        """The rows of the runs so far."""
        names = ("state", "reason", "error", "ended", "action_name", "principal")
        rows = self.rows(f"SELECT {', '.join(names)} FROM actionql_run ORDER BY created")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def journal(self) -> list[dict[str, Any]]:
        """The entries of all runs in the order in which they were written."""
        rows = self.rows(
            "SELECT journal AS entries, created, 0 AS sequence FROM actionql_run "
            "UNION ALL SELECT entries, created, sequence FROM actionql_run_journal "
            "JOIN actionql_run ON actionql_run.id = run_id ORDER BY created, sequence"
        )
        return [entry for entries, _, _ in rows for entry in json.loads(entries)]

    def said(self) -> list[tuple[str, str]]:
        """The level and text of every message."""
        messages = [message for entry in self.journal() for message in entry.get("messages", ())]
        return [(message["level"], message["text"]) for message in messages]


def outcome(world: World, moment: datetime = NOON, **variables: Any) -> Any:
    """What the first step of `Attempt` returns, by itself: the engine sees nothing of it."""
    (step, *_) = compile_actions(world.application)["Attempt"].steps
    known = {"now": moment, "today": moment.date(), **variables}
    permissions = Permissions(world.application)
    scope = Scope(known, world.services, moment, Write(moment, {}), "run:1", permissions.of_application)
    return step.run(scope)


def shoes(world: World) -> list[tuple[str, Any]]:
    """Name and price of every shoe that has been committed, as the database has them."""
    return world.rows("SELECT name, price FROM toys__shoe ORDER BY id")


def actions(steps: str, result: str | None = None, inputs: Sequence[str] = ()) -> str:
    """One action `Attempt` with these steps, as it stands under `actions`."""
    declared = ", ".join(f"{name}: {{kind: json}}" for name in inputs)
    ends = "" if result is None else f"  result: '{result}'\n"
    return f"Attempt:\n  input: {{{declared}}}\n{ends}  steps:\n{textwrap.indent(textwrap.dedent(steps), '    ')}"


def definition(folder: Path, written: str, *more: Path) -> Application:
    """The application with these actions and what `more` files hold, checked."""
    path = folder / "toys.yaml"
    path.write_text(DEFINITION + textwrap.indent(textwrap.dedent(written), "  "))
    return load_checked([path, *more], KINDS).application


@asynccontextmanager
async def opened_world(
    folder: Path,
    written: str,
    *more: Path,
    host: str = "127.0.0.1:1",
    allow: Sequence[str] = ("127.0.0.1",),
    post: Post | None = None,
) -> AsyncIterator[World]:
    """The application with these actions, on a new database; calls go to the addresses allowed."""
    application = definition(folder, written, *more)
    file = folder / "toys.sqlite"
    tables = build_tables(application)
    await migrate(f"sqlite:///{file}", [SYSTEM, tables.metadata])
    database, outbound, passwords = SqliteDatabase(file), Outbound(allow=allow), Passwords(1, 256, 1)
    try:
        permissions = Permissions(application)
        library = Library(LocalStore(folder / "assets"), database, application.uuid.hex)
        tokens = Issuer()
        services = Services(
            application,
            Records(tables, "sqlite"),
            outbound,
            library,
            tokens,
            {"host": host, "api_key": SECRET},
            Mail(post or Outbox(folder / "outbox"), "Toys <toys@example.org>"),
        )
        runs = Runs(database, compile_actions(application), services, permissions, passwords)
        yield World(application, runs, services, tokens, database, passwords, file)
    finally:
        await outbound.aclose()
        passwords.close()
        await database.close()
