"""The doors beside GraphQL and REST, with callers who have tokens and keys of every kind."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import httpx

from app.definition.names import short_uuid
from app.resolvers.context import Server
from app.resolvers.keys import create_module_key, create_user_key
from app.resolvers.trail import Trail
from app.resolvers.users import add_user, disable_user
from app.storage.audit import AuditRows, Entry, Wanted
from app.storage.work import Work
from tests.permissions import oracle
from tests.permissions.callers import log_in
from tests.permissions.oracle import Caller, World
from tests.permissions.oracle_doors import MODULES
from tests.permissions.serving import Serving, definition, serving, settings
from tests.permissions.state import look

OTHER = UUID("8e2d4f7b3c5f4a1fab9c8d7e6f5a4b3c")
USERS = tuple(
    Caller(f"{name}@example.org", "User", None, frozenset({*roles, "keyed"}))
    for name, roles in {
        "clerk": {"member"},
        "chief": {"manager"},
        "check": {"auditor"},
        "plain": set[str](),
    }.items()
)
KEYLESS = Caller("keyless@example.org", "User", None, frozenset({"member"}))
"""Has a key, and no role with the privilege for it."""
LIMITS = (
    "key_per_minute",
    "wrong_keys_per_address_minute",
    "execution_at_once",
    "execution_per_second",
    "execution_per_minute",
)
Told = tuple[str, str, str, str, str, tuple[int | str, ...]]


class Noting(Trail):
    """Remembers what it is to write soon, however much it is."""

    def __init__(self, trail_of: Server) -> None:
        super().__init__(trail_of.database, trail_of.keystore)
        self.refusals: list[Entry] = []
        self.since = datetime.now(UTC)

    def note(self, entry: Entry) -> None:
        self.refusals.append(entry)


@dataclass(frozen=True)
class Doors:
    """A server of this folder's application and of another like it, and everybody's tokens and keys."""

    served: Serving
    trail: Noting
    keys: Mapping[str, str]
    """Authorization headers by what they are."""

    async def send(
        self, method: str, path: str, authorization: str | None = None, **options: Any
    ) -> httpx.Response:
        headers = {} if authorization is None else {"authorization": authorization}
        return await self.served.client.request(method, path, headers=headers, **options)

    async def endpoint(self, caller: Caller, method: str, path: str, **options: Any) -> httpx.Response:
        token = self.served.tokens.get(caller.name)
        application = self.served.generation.application.uuid.hex
        whole = f"/api/runtime/{application}/endpoints{path}"
        return await self.send(method, whole, None if token is None else f"Bearer {token}", **options)

    async def http(self, action: str, authorization: str | None, method: str = "POST") -> httpx.Response:
        application = self.served.generation.application
        id = application.actions[f"HTTP {action}"].uuid.hex
        path = f"/api/runtime/{application.uuid.hex}/action/{id}/sub/path"
        return await self.send(method, path, authorization)

    async def trigger(self, action: str, authorization: str | None) -> httpx.Response:
        return await self.send("POST", f"/phixflow/api/1/action/permissions/{action}/trigger", authorization)

    async def start(self, module: str, authorization: str | None) -> httpx.Response:
        return await self.send("POST", f"/api/execution/{module}/sessions", authorization)

    def module(self, action: str) -> str:
        return short_uuid(self.served.generation.application.actions[action].uuid)

    def forget(self) -> None:
        """Nothing has been seen, told or asked so far."""
        self.served.watched.seen = (oracle.seeded(), [])
        self.trail.refusals.clear()
        self.trail.since = datetime.now(UTC)
        self.served.watched.statements.clear()

    def look(self) -> Work[tuple[World, Sequence[Entry]]]:
        """The records and the newest entries of the audit trail, within a transaction."""
        world = yield from look(self.served.generation)
        told = yield from AuditRows("sqlite").list(Wanted(since=self.trail.since))
        return world, [one.entry for one in told]

    @property
    def stored(self) -> World:
        """The records as they were before the last write was undone."""
        return self.served.watched.seen[0]  # type: ignore[no-any-return]

    @property
    def told(self) -> list[Told]:
        """What the trail was told since; not when, and not where it came in."""
        entries = [*self.served.watched.seen[1], *self.trail.refusals]
        return [
            (one.actor, one.behalf, one.operation, one.subject, one.result, tuple(one.ids)) for one in entries
        ]


@asynccontextmanager
async def doors(folder: Path) -> AsyncIterator[Doors]:
    """The doors on SQLite."""
    trails: list[Noting] = []

    def prepare(server: Server) -> Server:
        trails.append(Noting(server))
        return replace(server, trail=trails[0])

    given = settings(f"sqlite:///{folder / 'x.sqlite'}", folder, **{f"{name}": 1_000_000 for name in LIMITS})
    applications = definition(), definition(name="other", uuid=OTHER)
    async with serving(given, *applications, prepare=prepare) as served:
        await log_in(served)
        pair = await served.pair("Staff", "eve@example.org", "eve password", application=1)
        served.tokens["foreign"] = pair["jwtToken"]
        yield Doors(served, trails[0], await _keys(served))


async def _keys(served: Serving) -> dict[str, str]:
    server, (here, other) = served.server, [one.application for one in served.generations]

    async def key(email: str, kind: Literal["rest", "incoming"], of: Any = here) -> str:
        text = (await create_user_key(server, of, email, kind)).text
        basic = base64.b64encode(f"{email}:{text}".encode()).decode()
        return f"Basic {basic}" if kind == "rest" else f"Bearer {text}"

    for user in (*USERS, KEYLESS):
        await add_user(server, here, user.name, sorted(user.roles))
    for name, of in (("gone@example.org", here), ("check@example.org", other)):
        await add_user(server, of, name, ["auditor", "keyed"])
    keys = {user.name: await key(user.name, "incoming") for user in (*USERS, KEYLESS)}
    keys |= {
        "rest key": await key("check@example.org", "rest"),
        "disabled user's key": await key("gone@example.org", "incoming"),
        "disabled user's rest key": await key("gone@example.org", "rest"),
        "other application's key": await key("check@example.org", "incoming", other),
        "access token": f"Bearer {served.tokens['eve']}",
        "nothing": "",
    }
    for module in MODULES:
        keys[module] = f"Bearer {(await create_module_key(server, here, here.actions[module])).text}"
    others = await create_module_key(server, other, other.actions[MODULES[0]])
    keys["other application's module"] = f"Bearer {others.text}"
    await disable_user(server, here, "gone@example.org")
    return keys


SIBLINGS = (
    "authorize",
    "of_oneself",
    "of_opened",
    "may_enter",
    "may_run",
    "may_run_opened",
    "may_on_collection",
)
"""Everything of `Permissions` that decides on a caller's right to something."""
