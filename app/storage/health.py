"""A write that shows whether the database takes writes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import bindparam

from app.storage.prepare import DialectName, insert_into, prepare
from app.storage.system import HEALTH
from app.storage.work import Work


class Health:
    """One row that is written again and again."""

    def __init__(self, dialect: DialectName) -> None:
        values = {"id": 1, "beat": bindparam("at", type_=HEALTH.c.beat.type)}
        renewed = (
            insert_into(HEALTH, dialect)
            .values(values)
            .on_conflict_do_update(index_elements=["id"], set_={"beat": values["beat"]})
        )
        self._beat = prepare(renewed, dialect)

    def beat(self) -> Work[None]:
        """Writes the time."""
        yield self._beat.statement({"at": datetime.now(UTC)})
