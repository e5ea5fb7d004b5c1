"""The rows that runs leave behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, update

from app.storage.audit import AuditRows, Entry
from app.storage.prepare import prepare
from app.storage.system import JOURNAL, RUN
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as it is stored now."""

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


class RunRows:
    """Writes run rows and their journals, with what the audit trail tells of them."""

    def __init__(self, dialect: Literal["sqlite", "postgresql"]) -> None:
        self._audit = AuditRows(dialect)
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in (*RunRow.__slots__, "journal")}
        due: dict[str, Any] = {"due": bindparam("new_due")}
        self._insert = prepare(insert(RUN).values(new), dialect)
        self._insert_due = prepare(insert(RUN).values(new | due), dialect)
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
            values = {f"new_{name}": getattr(row, name) for name in RunRow.__slots__}
            insert = self._insert if due is None else self._insert_due
            made = insert.statement({**values, "new_journal": list(entries), "new_due": due})
            yield from self._audit.beside(made, told)
            return
        changed = {f"new_{name}": getattr(row, name) for name in _CHANGING}
        yield from self._audit.beside(
            self._update.statement({"run": row.id, "new_due": due, **changed}), told
        )
        if entries:
            yield self._journal.statement({"run": row.id, "place": part, "steps": list(entries)})
