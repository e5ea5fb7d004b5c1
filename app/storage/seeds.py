"""Whether an application's seed records have been made."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, insert, select

from app.storage.prepare import prepare
from app.storage.system import SEED
from app.storage.work import Work


class Seeds:
    """The marks of all applications."""

    def __init__(self, dialect: Literal["sqlite", "postgresql"]) -> None:
        of = SEED.c.application == bindparam("of")
        self._done = prepare(select(SEED.c.application).where(of), dialect)
        self._mark = prepare(
            insert(SEED).values(application=bindparam("of"), seeded_at=bindparam("at")), dialect
        )

    def done(self, application: str) -> Work[bool]:
        """Whether they have been made."""
        rows = yield self._done.statement({"of": application})
        return bool(rows)

    def mark(self, application: str, at: datetime) -> Work[None]:
        """Notes that they have."""
        yield self._mark.statement({"of": application, "at": at})
