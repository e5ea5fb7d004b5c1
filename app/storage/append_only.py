"""Tables that only grow: the database itself refuses to change, remove or empty what stands in them.

Whoever owns the database can take the triggers away; the next start puts them back, and the chain of the audit trail
tells what was done between.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Table, text

_FUNCTION = "actionql_append_only"
FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END$$"
)
"""What makes the function that PostgreSQL's triggers call."""


def protect(connection: Connection, tables: Iterable[Table]) -> None:
    """Puts triggers on the tables whose `info` says `append_only`, where they are missing."""
    protected = [table.name for table in tables if table.info.get("append_only")]
    if not protected:
        return
    if connection.dialect.name == "sqlite":
        for name in protected:
            _protect_on_sqlite(connection, name)
        return
    present = set(connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars())
    missing = [name for name in protected if _trigger(name) not in present]
    if missing:
        connection.exec_driver_sql(FUNCTION)
    for name in missing:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {_trigger(name)} BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
        )


def _protect_on_sqlite(connection: Connection, name: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER IF NOT EXISTS {_trigger(name)}__{verb.lower()} BEFORE {verb} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{name} only grows'); END"
        )


def _trigger(table: str) -> str:
    return f"{table}__append_only"
