"""Copies the rows of somebody's database into the tables of an application: all that there are, or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, ForeignKeyConstraint, Table, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import AddConstraint, DropConstraint

from app.intake.keys import open_keys
from app.intake.outline import Outline
from app.intake.place import ImportFailed
from app.intake.rows import Rows, Values
from app.storage.audit import Entry
from app.storage.system import AUDIT
from app.storage.tables import Tables

_BATCH = 500


def copy_rows(
    source: Connection, target: Connection, outline: Outline, tables: Tables, told: Entry
) -> Mapping[str, int]:
    """Copies within the transaction of `target`, whose tables are new; tells how many records each model got.

    Raises `ImportFailed` with all values that do not fit.
    """
    with open_keys() as keys:
        rows = Rows(source, outline, tables, keys)
        rows.note_keys()
        _change_references(target, tables, DropConstraint)
        counts = {}
        for model in outline.models:
            counts[model.name] = _insert(target, tables.models[model.name].table, rows.records(model))
        for join in outline.joins:
            pairs = tables.models[join.owner].relations[join.name].join
            assert pairs is not None
            _insert(target, pairs, rows.pairs(join))
        rows.check()
    _change_references(target, tables, AddConstraint)
    _count_on(target, tables)
    target.execute(insert(AUDIT).values(told._asdict()))
    return counts


def _insert(target: Connection, table: Table, records: Iterable[Values]) -> int:
    done = 0
    for batch in _batches(records):
        try:
            target.execute(insert(table), batch)
        except IntegrityError as error:
            raise ImportFailed(
                f"Nothing was copied: in {table.name}, what must be unique would be there twice: {error.orig}"
            ) from error
        done += len(batch)
    return done


def _batches(records: Iterable[Values]) -> Iterator[list[Values]]:
    rest = iter(records)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _change_references(target: Connection, tables: Tables, change: Any) -> None:
    """Takes the foreign keys away and puts them back, since tables may refer to each other in circles.

    On SQLite the connection does not look after them, and every key was looked up.
    """
    if target.dialect.name == "sqlite":
        return
    for table in tables.metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKeyConstraint):
                target.execute(change(constraint))


def _count_on(target: Connection, tables: Tables) -> None:
    """Has PostgreSQL number new records behind those that are there; SQLite does by itself."""
    if target.dialect.name == "sqlite":
        return
    for made in tables.models.values():
        last = target.execute(select(func.max(made.table.c.id))).scalar_one()
        if last is not None:
            sequence = func.pg_get_serial_sequence(f'"{made.table.name}"', "id")
            target.execute(select(func.setval(sequence, last)))
