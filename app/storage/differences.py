"""Where a database differs from the tables of the definitions, as alembic finds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import ops
from sqlalchemy import Connection, MetaData


def differences(
    connection: Connection, metadatas: Sequence[MetaData], ours: Set[str]
) -> Iterator[tuple[str, Sequence[ops.MigrateOperation] | None]]:
    """Of the tables `ours` in the database: those that differ, and in what; None where the table is not wanted."""

    def looked_at(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or name is None or name in ours

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": looked_at})
    # It takes several, though its annotation says one.
    targets: Any = list(metadatas)
    found = produce_migrations(context, targets).upgrade_ops
    for op in found.ops if found is not None else ():
        if isinstance(op, ops.DropTableOp):
            yield op.table_name, None
        elif isinstance(op, ops.ModifyTableOps):
            yield op.table_name, op.ops
