"""The insert of a record in two parts, for a database that is a round trip away: its answer first, then the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, cast, column, func, insert, null, select
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import BigInteger, TypeEngine

from app.storage.compile.own import Own, as_text
from app.storage.prepare import dialect_of
from app.storage.tables import ModelTable

New = Mapping[str, ColumnElement[Any]]
"""The values of a new record by the names of their columns."""


def asking(found: ModelTable, new: New, own: Sequence[Own]) -> Select[Any]:
    """Answers the id that a new record gets, and its columns as it will have them; for PostgreSQL."""
    named = dialect_of("postgresql").identifier_preparer.format_table(found.table)
    next_id = func.nextval(func.pg_get_serial_sequence(named, "id"))
    made = next_id.table_valued(column("id", BigInteger())).render_derived("made")
    values = {"id": made.c.id, **new}
    columns = found.table.c
    return select(made.c.id, *(_stored(values.get(one.name), columns[one.name].type, one) for one in own))


def making(found: ModelTable, new: New) -> Executable:
    """Makes the record with the id `new_id`; answers nothing."""
    made: Executable = insert(found.table).values({"id": bindparam("new_id", type_=BigInteger()), **new})
    return made


def _stored(value: ColumnElement[Any] | None, type_: TypeEngine[Any], own: Own) -> ColumnElement[Any]:
    """The value as a column of this type has it."""
    stored = cast(null() if value is None else value, type_)
    return as_text(stored) if own.text else stored
