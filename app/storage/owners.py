"""Whose tables those of a prefix are: an application's, known by its uuid, whatever it is called.

A renamed application takes its tables along. Another one with the name of an application whose tables are there is
refused, or it would read and write what is not its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, MetaData, inspect, select

from app.storage.naming import Owner, shortened, table_name
from app.storage.plan import Change, Outcome
from app.storage.renames import rename_table
from app.storage.system import APPLICATION


def owners_among(metadatas: Sequence[MetaData]) -> list[Owner]:
    """The applications whose tables these are; the server's own tables are nobody's."""
    return [metadata.info["owner"] for metadata in metadatas if "owner" in metadata.info]


def claim_tables(connection: Connection, metadatas: Sequence[MetaData]) -> Outcome:
    """Renames the tables of renamed applications; refuses applications that would meet the tables of others."""
    tables = set(inspect(connection).get_table_names())
    noted = read_owners(connection) if APPLICATION.name in tables else []
    changes: list[Change] = []
    for metadata in metadatas:
        for owner in owners_among([metadata]):
            if (refusal := _refusal(owner, noted, tables)) is not None:
                return Outcome((), (refusal,))
            former = next((one for one in noted if one.uuid == owner.uuid), owner)
            if former.prefix != owner.prefix:
                changes += _rename(connection, former, owner, metadata, tables)
    return Outcome(tuple(changes), ())


def note_owners(connection: Connection, metadatas: Sequence[MetaData]) -> None:
    """Writes down whose the tables are, after `claim_tables` has found nothing against it."""
    wanted = owners_among(metadatas)
    for owner in wanted:
        if owner in read_owners(connection):
            continue
        outdated = (APPLICATION.c.uuid == owner.uuid) | (APPLICATION.c.prefix == owner.prefix)
        connection.execute(APPLICATION.delete().where(outdated))
        values = {"uuid": owner.uuid, "name": owner.name, "prefix": owner.prefix}
        connection.execute(APPLICATION.insert().values(values))


def read_owners(connection: Connection) -> list[Owner]:
    """All whose tables are in the database, or once were."""
    columns = (APPLICATION.c.uuid, APPLICATION.c.name, APPLICATION.c.prefix)
    return [Owner(*row) for row in connection.execute(select(*columns))]


def _refusal(owner: Owner, noted: Sequence[Owner], tables: set[str]) -> str | None:
    other = next((one for one in noted if one.prefix == owner.prefix and one.uuid != owner.uuid), None)
    if other is None or not _tables_of(other, tables):
        return None
    return (
        f"the tables {owner.prefix}... are those of another application {other.name!r}, which has the uuid "
        f"{other.uuid}: where this is the same application, write that uuid; else give this one another name"
    )


def _tables_of(owner: Owner, tables: set[str]) -> list[str]:
    return sorted(name for name in tables if name.startswith(owner.prefix))


def _rename(
    connection: Connection,
    former: Owner,
    owner: Owner,
    metadata: MetaData,
    tables: set[str],
) -> Iterator[Change]:
    known = {
        table_name(former.name, *table.info["parts"]): name
        for name, table in metadata.tables.items()
        if "parts" in table.info
    }
    for old in _tables_of(former, tables):
        new = known.get(old) or _moved(old, former, owner)
        rename_table(connection, old, new)
        text = f"renames the table {old} to {new}, since the application {former.name} is called {owner.name}"
        yield Change("rename_table", new, text)


def _moved(name: str, former: Owner, owner: Owner) -> str:
    return shortened(owner.prefix + name.removeprefix(former.prefix))
