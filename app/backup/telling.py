"""What the audit trail tells of backups and restores: each application's trail has an entry."""

from __future__ import annotations

from typing import Literal

from app.resolvers.audit import OPERATOR, administered
from app.resolvers.context import Server
from app.storage.revisions import RevisionRows
from app.storage.work import Work


async def tell(server: Server, operation: Literal["backup", "restore"], name: str) -> None:
    """Writes the entries; `name` is the file's, without its folder."""
    rows = RevisionRows(server.database.dialect)
    applications = await server.database.read(rows.applications)

    def work() -> Work[None]:
        for application in applications:
            yield from server.trail.tell(administered(application, OPERATOR, operation, name))

    await server.database.write(work)
