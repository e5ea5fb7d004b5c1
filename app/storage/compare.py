"""Compares a database with the tables of the definitions, and decides what to do about each difference.

What could lose data is refused, in words that say what and how many. What the definition no longer has stays
where it is, unless it is to be destroyed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, MetaData

from app.storage.facts import Facts
from app.storage.kinds import served_kinds
from app.storage.owners import owners_among
from app.storage.plan import Change, Plan, counted


def compare(connection: Connection, metadatas: Sequence[MetaData], *, destroy: bool = False) -> Plan:
    """What is to be done so that the database has all these tables; tables of others are not looked at."""
    facts, plan = Facts(connection), Plan()
    tables = {name: each for metadata in metadatas for name, each in metadata.tables.items()}
    prefixes = tuple(owner.prefix for owner in owners_among(metadatas))
    for name, table in tables.items():
        if name not in facts.tables:
            plan.missing.append(table)
            plan.changes.append(Change("create_table", name, f"creates the table {name}"))
    ours = frozenset(name for name in facts.tables if name in tables or name.startswith(prefixes))
    if not ours:
        return plan
    # alembic takes 10 MiB, and a new database needs none of it.
    from app.storage.compare_table import TableComparison
    from app.storage.differences import differences

    kinds = served_kinds(connection, metadatas)
    found = dict(differences(connection, metadatas, ours))
    for name in (*found, *sorted(ours - found.keys())):
        if name in found and found[name] is None:
            _surplus_table(name, facts, plan, destroy)
        elif name in ours and name in tables:
            comparison = TableComparison(tables[name], facts, plan, connection.dialect, destroy, kinds)
            comparison.judge(found.get(name) or ())
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
