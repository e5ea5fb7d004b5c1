"""Brings a database to the tables of the definitions, whole or not at all, each time a server starts.

Servers that start at once wait for one another. Nothing that could lose data is done: it is refused with what
it would take. Tables of other applications in the same database are not looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, MetaData, create_engine, insert, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.errors import ActionQLError
from app.storage.append_only import protect
from app.storage.audit import Entry
from app.storage.compare import compare
from app.storage.fit import note_fit
from app.storage.owners import claim_tables, note_owners
from app.storage.plan import Change, Outcome
from app.storage.renames import rename_former
from app.storage.system import AUDIT

PATIENCE = 60
"""Seconds to wait for another starter, or for a server that writes."""


class MigrationRefused(ActionQLError):
    """The database cannot come to the definitions without losing data, and is unchanged; `refusals` say why."""

    code = "MIGRATION_REFUSED"

    def __init__(self, refusals: Sequence[str]) -> None:
        self.refusals = tuple(refusals)
        listed = "\n".join(f"- {refusal}" for refusal in refusals)
        super().__init__(f"The database was not changed, because it would lose data or break:\n{listed}")


class MigrationFailed(ActionQLError):
    """The database could not be reached or did not take the changes. It is unchanged."""

    code = "MIGRATION_FAILED"


Gone = Literal["leave", "refuse", "drop"]
"""What happens to tables and columns that the definitions no longer have; only those with rows are refused."""
Then = Callable[[Connection], None]
_REMEDY = (
    "where it has another name now, write this one there as `was:`; "
    "`actionql migrate --yes-destroy` drops it; a server that is started anew leaves it where it is"
)


Tell = Callable[[Sequence[Change]], Iterable[Entry]]
"""What the audit trail is told of changes."""


async def migrate(
    database_url: str,
    metadatas: Sequence[MetaData],
    *,
    gone: Gone = "leave",
    then: Then | None = None,
    tell: Tell = lambda changes: (),
) -> list[Change]:
    """Makes the database fit and tells what was done and what was left be.

    `database_url` is `sqlite:///path` or `postgresql://user:password@host/database`. What is to be done `then` happens
    in the same transaction, where SQLite does not look after references; so does what `tell` gives of the changes.
    Raises `MigrationRefused`, `MigrationFailed`.
    """

    def last(connection: Connection, changes: Sequence[Change]) -> None:
        if then is not None:
            then(connection)
        for entry in tell([change for change in changes if not change.left]):
            connection.execute(insert(AUDIT).values(entry._asdict()))

    outcome = await _run(database_url, metadatas, gone=gone, keep=True, last=last)
    if outcome.refusals:
        raise MigrationRefused(outcome.refusals)
    return list(outcome.changes)


async def plan_migration(
    database_url: str, metadatas: Sequence[MetaData], *, gone: Gone = "leave"
) -> Outcome:
    """What `migrate` would do, without doing it."""
    return await _run(database_url, metadatas, gone=gone, keep=False)


def migrate_sync(database_url: str, metadatas: Sequence[MetaData], *, gone: Gone = "leave") -> list[Change]:
    """`migrate` where no event loop runs."""
    return asyncio.run(migrate(database_url, metadatas, gone=gone))


async def _run(
    database_url: str,
    metadatas: Sequence[MetaData],
    *,
    gone: Gone,
    keep: bool,
    last: Callable[[Connection, Sequence[Change]], None] = lambda connection, changes: None,
) -> Outcome:
    def work(connection: Connection) -> Outcome:
        outcome = _migrate_within(connection, metadatas, gone=gone, keep=keep)
        if keep and not outcome.refusals:
            last(connection, outcome.changes)
            connection.commit()
        else:
            connection.rollback()
        return outcome

    place = _shown(database_url)
    try:
        if database_url.startswith("sqlite:"):
            return await asyncio.to_thread(_on_sqlite, database_url, work)
        # Its driver and dialect are loaded where they are used.
        from app.storage.migrate_postgres import on_postgresql

        return await on_postgresql(database_url, metadatas, PATIENCE, work)
    except (SQLAlchemyError, OSError) as error:
        raise MigrationFailed(f"The database {place} could not be migrated: {_reason(error)}") from error


def _migrate_within(
    connection: Connection, metadatas: Sequence[MetaData], *, gone: Gone, keep: bool
) -> Outcome:
    tables = {name: table for metadata in metadatas for name, table in metadata.tables.items()}
    claimed = claim_tables(connection, metadatas)
    if claimed.refusals:
        return claimed
    renamed = [*claimed.changes, *rename_former(connection, tables)]
    plan = compare(connection, metadatas, destroy=gone == "drop")
    if gone == "refuse":
        plan.refusals += [_refusal(change) for change in plan.changes if _loses(change)]
    outcome = Outcome((*renamed, *plan.changes), tuple(plan.refusals))
    if keep and not outcome.refusals:
        plan.apply(connection)
        protect(connection, tables.values())
        note_owners(connection, metadatas)
        _check_references(connection, plan.rebuilds)
        _note_fit(connection, metadatas)
    return outcome


def _loses(change: Change) -> bool:
    return change.left and change.losing > 0


def _refusal(change: Change) -> str:
    return f"{change.text.removeprefix('leaves ')}: {_REMEDY}"


def _note_fit(connection: Connection, metadatas: Sequence[MetaData]) -> None:
    def ask(sql: str) -> Sequence[Sequence[Any]]:
        result = connection.exec_driver_sql(sql)
        return result.fetchall() if result.returns_rows else []

    if connection.dialect.name == "sqlite":
        note_fit(ask, metadatas)


def _check_references(connection: Connection, tables: Iterable[str]) -> None:
    """SQLite does not look after references while tables are copied, so they are looked at afterwards."""
    if connection.dialect.name != "sqlite":
        return
    for table in tables:
        quoted = connection.dialect.identifier_preparer.quote(table)
        if connection.exec_driver_sql(f"PRAGMA foreign_key_check({quoted})").first():
            raise MigrationFailed(f"Records of {table} refer to records that are not there.")


def _on_sqlite(database_url: str, work: Callable[[Connection], Outcome]) -> Outcome:
    # Without an isolation level the driver begins nothing by itself, so changes of tables can be undone too.
    options = {"isolation_level": None, "timeout": PATIENCE}
    engine = create_engine(database_url, poolclass=NullPool, connect_args=options)
    with engine.connect() as connection:
        # Copying a table with these on would delete what refers to it.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return work(connection)


def _shown(database_url: str) -> str:
    try:
        return make_url(database_url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        raise MigrationFailed("The database's URL cannot be read.") from None


def _reason(error: Exception) -> str:
    """What the driver says, without the statement and its values."""
    return str(getattr(error, "orig", None) or error)
