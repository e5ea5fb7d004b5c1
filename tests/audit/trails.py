"""Entries to tell, and hands that get at the database past the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.resolvers.audit import list_audit
from app.resolvers.audit_chain import Sealer, audit_key
from app.resolvers.audit_check import Report, check_audit
from app.resolvers.context import Server
from app.storage.audit import Entry, Told, Wanted
from tests.unit.storage.rows import run

PLAIN = Entry(
    application="0" * 32,
    at=datetime(2026, 11, 22, 3, 7, 1, 123456, tzinfo=UTC),
    actor="Task:12",
    behalf="caller",
    door="graphql",
    address="192.0.2.7",
    request_id="request-1",
    operation="create",
    subject="Task",
    ids=(7, 8),
    run_id=None,
    result="ok",
)
TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER {table}__append_only__update",
        "DROP TRIGGER {table}__append_only__delete",
    ),
    "postgresql": ("DROP TRIGGER {table}__append_only ON {table}",),
}


@dataclass(frozen=True)
class Trails:
    """A server, and the address of its database for those who tamper with it."""

    server: Server
    url: str
    behind: int = 0
    """Entries up to this one do not matter."""

    def sealer(self) -> Sealer:
        return Sealer(self.server.database, audit_key(self.server.keystore))

    async def tell(self, *entries: Entry) -> None:
        """Each in a transaction of its own."""
        for entry in entries:
            await self.server.database.write(lambda entry=entry: self.server.trail.tell(entry))  # type: ignore[misc]

    async def sealed(self, *counts: int) -> None:
        """Tells so many entries for each link, and seals them."""
        sealer = self.sealer()
        for count in counts:
            await self.tell(*[PLAIN] * count)
            await sealer.seal()

    async def check(self, after: int = 0, seal: str | None = None) -> Report:
        return await check_audit(self.server, after, seal)

    async def told(self, **wanted: Any) -> Sequence[Told]:
        found = await list_audit(self.server, Wanted(**wanted))
        return [one for one in found if one.sequence > self.behind]

    async def tamper(self, *statements: str) -> None:
        """Runs statements as somebody who owns the database."""
        drops = [
            drop.format(table=table)
            for table in ("actionql_audit", "actionql_audit_seal")
            for drop in TRIGGERS[self.server.database.dialect]
        ]
        await run(self.url, *drops, *statements)
