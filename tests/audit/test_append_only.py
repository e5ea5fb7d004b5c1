from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from app.storage.migrate import migrate
from app.storage.system import SYSTEM
from tests.audit.trails import Trails
from tests.unit.storage.rows import run

TABLES = ("actionql_audit", "actionql_audit_seal")


CHANGES = {
    "sqlite": ("UPDATE {} SET {} = 'x'", "DELETE FROM {}"),
    "postgresql": ("UPDATE {} SET {} = 'x'", "DELETE FROM {}", "TRUNCATE {}"),
}


@pytest.mark.parametrize(("table", "column"), [("actionql_audit", "actor"), ("actionql_audit_seal", "mac")])
async def test_entries_and_seals_are_neither_changed_nor_removed(
    trails: Trails, table: str, column: str
) -> None:
    await trails.sealed(2)
    for change in CHANGES[trails.server.database.dialect]:
        with pytest.raises(DBAPIError, match=f"{table} only grows"):
            await run(trails.url, change.format(table, column))
    assert (await trails.check()).entries == 2


async def test_migration_puts_triggers_back(trails: Trails) -> None:
    await trails.sealed(1)
    await trails.tamper()
    assert await migrate(trails.url, [SYSTEM]) == []
    for table in TABLES:
        with pytest.raises(DBAPIError, match="only grows"):
            await run(trails.url, f"DELETE FROM {table}")
