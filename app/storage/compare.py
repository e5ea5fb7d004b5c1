"""Compares a database with the tables of the definitions, and decides what to do about each difference.

What could lose data is refused, in words that say what and how many. What the definition no longer has stays
where it is, unless it is to be destroyed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from alembic.operations import ops
from sqlalchemy import Connection, MetaData

from app.storage.compare_table import TableComparison, counted
from app.storage.facts import Facts
from app.storage.owners import owners_among
from app.storage.plan import Change, Plan


def compare(connection: Connection, metadatas: Sequence[MetaData], *, destroy: bool = False) -> Plan:
    """What is to be done so that the database has all these tables; tables of others are not looked at."""
    facts, plan = Facts(connection), Plan()
    tables = {name: each for metadata in metadatas for name, each in metadata.tables.items()}
    prefixes = tuple(owner.prefix for owner in owners_among(metadatas))

    def ours(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or name is None or name in tables or name.startswith(prefixes)

    for name, table in tables.items():
        if name not in facts.tables:
            plan.missing.append(table)
            plan.changes.append(Change("create_table", name, f"creates the table {name}"))
    if not any(ours(name, "table", None) for name in facts.tables):
        return plan
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
    # It takes several, though its annotation says one.
    targets: Any = list(metadatas)
    found = produce_migrations(context, targets).upgrade_ops
    for op in found.ops if found is not None else ():
        if isinstance(op, ops.DropTableOp):
            _surplus_table(op.table_name, facts, plan, destroy)
        elif isinstance(op, ops.ModifyTableOps) and op.table_name in facts.tables & tables.keys():
            TableComparison(tables[op.table_name], facts, plan, connection.dialect, destroy).judge(op.ops)
    return plan


def _surplus_table(name: str, facts: Facts, plan: Plan, destroy: bool) -> None:
    number = facts.rows(name)
    rows = counted(number, "row")
    if destroy:
        plan.surplus.append(name)
        plan.changes.append(Change("drop_table", name, f"drops the table {name} with its {rows}", number))
        return
    text = f"leaves the table {name} with its {rows}, which the definition no longer has"
    plan.changes.append(Change("keep_table", name, text, number))
