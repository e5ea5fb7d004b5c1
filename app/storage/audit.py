"""The audit trail: what was done, one entry for each operation. Entries are added, listed and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, insert, select

from app.storage.columns import identifier
from app.storage.prepare import DialectName, bind_processor, dialect_of, one_of, prepare
from app.storage.system import AUDIT
from app.storage.work import Row, Statement, Work

OK = "ok"


class Entry(NamedTuple):
    """One operation; never the values of records, nor a secret. A tuple, since every write makes one."""

    application: str
    """The application's uuid in 32 digits."""
    at: datetime
    actor: str
    """`Model:id`, `user:id` or `key:id`; `system` for anonymous callers and schedules; `operator`."""
    behalf: str
    """By whose rights: `caller` or `application`."""
    door: str
    address: str
    request_id: str | None
    operation: str
    subject: str
    """The model, the action, the authentication profile; what else it was about."""
    result: str = OK
    """`ok`, or the code of the error."""
    run_id: str | None = None
    ids: Sequence[int | str] = ()
    """The records, or the session, or whose key it is."""


class Told(NamedTuple):
    """An entry as it stands in the trail."""

    sequence: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to list; what is None does not matter. `before` and `after` are sequences, for going on."""

    application: str | None = None
    actor: str | None = None
    operation: str | None = None
    subject: str | None = None
    result: str | None = None
    run_id: str | None = None
    since: datetime | None = None
    before: int | None = None
    most: int = 100


_INSERT = f"INSERT INTO actionql_audit ({', '.join(Entry._fields[:-1])}"
_COLUMNS = (AUDIT.c.sequence, *(getattr(AUDIT.c, name) for name in Entry._fields))
_EQUAL = ("application", "actor", "operation", "subject", "result", "run_id")


class AuditRows:
    """Writes and reads entries."""

    def __init__(self, dialect: DialectName) -> None:
        self._dialect = dialect
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in Entry._fields}
        self._insert = prepare(insert(AUDIT).values(values), dialect)
        assert [name for name, _ in self._insert.binds] == [f"new_{name}" for name in Entry._fields]
        rendered = dialect_of(dialect)
        self._moment = bind_processor(AUDIT.c.at.type, rendered) or _same
        self._list = bind_processor(AUDIT.c.ids.type, rendered) or _same
        between = AUDIT.c.sequence.between(bindparam("first"), bindparam("final"))
        self._between = prepare(
            select(*_COLUMNS).where(between).order_by(AUDIT.c.sequence).limit(bindparam("most")), dialect
        )
        self._these = prepare(
            select(*_COLUMNS)
            .where(one_of(AUDIT.c.sequence, "wanted", identifier(), dialect))
            .order_by(AUDIT.c.sequence),
            dialect,
        )

    def insert(self, entry: Entry) -> Work[None]:
        """Adds an entry."""
        yield self.statement(entry)

    def statement(self, entry: Entry) -> Statement:
        """The statement that adds an entry; its parameters are the entry itself, in its own order."""
        return Statement(self._insert.sql, self._parameters(entry), later=True)

    def beside_made(self, statement: Statement, entry: Entry | None) -> Work[list[Row]]:
        """Runs the insert of one record, which returns its id first, and adds an entry with this id."""
        if entry is None or self._dialect == "sqlite" or not statement.last:
            rows = yield statement
            if entry is not None and rows:
                yield self.statement(entry._replace(ids=(rows[0][0],)))
            return rows
        values, parameters = self._joined(statement, entry)
        told = f"{_INSERT}, ids) SELECT {values}, jsonb_build_array(made_id) FROM made"  # noqa: S608
        sql = f"WITH made(made_id) AS ({statement.sql}), told AS ({told}) SELECT * FROM made"  # noqa: S608
        return (yield Statement(sql, parameters, last=True))

    def _parameters(self, entry: Entry) -> list[Any]:
        application, at, *between, ids = entry
        return [application, self._moment(at), *between, self._list(ids or None)]

    def _joined(self, statement: Statement, entry: Entry) -> tuple[str, list[Any]]:
        """The entry's values but `ids` as parameters behind those of another statement of PostgreSQL."""
        parameters = [*statement.parameters, *self._parameters(entry)[:-1]]
        return _values_after(len(statement.parameters)), parameters

    def between(self, first: int, last: int, most: int) -> Work[Sequence[Row]]:
        """The rows from one sequence to another, both included, the oldest first, at most so many.

        They are as the driver gives them, the sequence first: what is sealed is what stands there.
        """
        return (yield self._between.statement({"first": first, "final": last, "most": most}))

    def these(self, sequences: Sequence[int]) -> Work[Sequence[Row]]:
        """Those of these rows that are there, in the same way."""
        return (yield self._these.statement({"wanted": sequences}))

    def list(self, wanted: Wanted) -> Work[list[Told]]:
        """The entries that are wanted, the newest first."""
        conditions: list[ColumnElement[bool]] = [
            AUDIT.c[name] == getattr(wanted, name) for name in _EQUAL if getattr(wanted, name) is not None
        ]
        if wanted.since is not None:
            conditions.append(AUDIT.c.at >= wanted.since)
        if wanted.before is not None:
            conditions.append(AUDIT.c.sequence < wanted.before)
        newest = select(*_COLUMNS).where(*conditions).order_by(AUDIT.c.sequence.desc()).limit(wanted.most)
        prepared = prepare(newest, self._dialect)
        rows = yield prepared.statement({})
        return [_told(row) for row in prepared.rows(rows)]


@lru_cache(maxsize=256)
def _values_after(count: int) -> str:
    """The placeholders of an entry's values but `ids`, behind so many others."""
    types = ["timestamptz" if name == "at" else "text" for name in Entry._fields[:-1]]
    return ", ".join(f"${count + place}::{type_}" for place, type_ in enumerate(types, 1))


def _told(row: tuple[Any, ...]) -> Told:
    sequence, *values = row
    entry = Entry(*values)
    return Told(sequence, entry._replace(ids=tuple(entry.ids or ())))


def _same(value: Any) -> Any:
    return value
