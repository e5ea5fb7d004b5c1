"""A write that shows whether the database takes writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import bindparam, insert, update

from app.storage.prepare import prepare
from app.storage.system import HEALTH
from app.storage.work import Work


class Health:
    """One row that is written again and again."""

    def __init__(self, dialect: Literal["sqlite", "postgresql"]) -> None:
        self._update = prepare(
            update(HEALTH).where(HEALTH.c.id == 1).values(beat=bindparam("at")).returning(HEALTH.c.id), dialect
        )
        self._insert = prepare(insert(HEALTH).values(id=1, beat=bindparam("at")), dialect)

    def beat(self) -> Work[None]:
        """Writes the time."""
        now = {"at": datetime.now(UTC)}
        rows = yield self._update.statement(now)
        if not rows:
            yield self._insert.statement(now)
