"""The rows that runs leave behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import bindparam, insert, update

from app.storage.audit import AuditRows, Entry
from app.storage.prepare import Prepared, prepare
from app.storage.system import JOURNAL, RUN
from app.storage.work import Statement, Work


class RunRow(NamedTuple):
    """One run as it is stored now. A tuple, since every run makes one."""

    id: str
    application: str
    action: str
    action_name: str
    door: str
    principal: str | None
    run_as: str
    created: datetime
    state: str
    reason: str | None
    error: str | None
    ended: datetime | None
    input: Any
    result: Any


_CHANGING = ("state", "reason", "error", "ended", "result")
_INSERTED = tuple(f"new_{name}" for name in (*RunRow._fields, "journal", "due"))


class _Insert:
    """The insert of a run, whose parameters come from a tuple: which of it, and what converts that."""

    def __init__(self, prepared: Prepared) -> None:
        self._sql = prepared.sql
        self._binds: list[tuple[int, Callable[[Any], Any] | None]] = [
            (_INSERTED.index(name), convert) for name, convert in prepared.binds
        ]

    def statement(self, values: Sequence[Any]) -> Statement:
        """The insert of a row, its journal and when it is due."""
        parameters = [
            values[place] if convert is None else convert(values[place]) for place, convert in self._binds
        ]
        return Statement(self._sql, parameters, later=True)


class RunRows:
    """Writes run rows and their journals, with what the audit trail tells of them."""

    def __init__(self, dialect: Literal["sqlite", "postgresql"]) -> None:
        self._audit = AuditRows(dialect)
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*RunRow._fields, "journal")}
        due: dict[str, Any] = {"due": bindparam("new_due")}
        self._insert = _Insert(prepare(insert(RUN).values(new), dialect))
        self._insert_due = _Insert(prepare(insert(RUN).values(new | due), dialect))
        self._update = prepare(
            update(RUN)
            .where(RUN.c.id == bindparam("run"))
            .values({name: bindparam(f"new_{name}") for name in _CHANGING} | due),
            dialect,
        )
        self._journal = prepare(
            insert(JOURNAL).values(
                run_id=bindparam("run"), sequence=bindparam("place"), entries=bindparam("steps")
            ),
            dialect,
        )

    def record(
        self,
        row: RunRow,
        entries: Sequence[Mapping[str, Any]],
        part: int,
        due: datetime | None = None,
        told: Entry | None = None,
    ) -> Work[None]:
        """Records one part of a run: the first inserts its row, later ones bring it up to date.

        `due` is when a run that goes on must have ended, or its process has died.
        """
        if part == 0:
            insert = self._insert if due is None else self._insert_due
            yield insert.statement((*row, list(entries), due))
        else:
            changed = {f"new_{name}": getattr(row, name) for name in _CHANGING}
            update = self._update.statement({"run": row.id, "new_due": due, **changed})
            yield update._replace(later=True)
            if entries:
                noted = self._journal.statement({"run": row.id, "place": part, "steps": list(entries)})
                yield noted._replace(later=True)
        if told is not None:
            yield self._audit.statement(told)
