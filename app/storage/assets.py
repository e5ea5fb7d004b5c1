"""The rows of stored files: pending until a record refers to them, then attached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, exists, insert, select

from app.storage.prepare import prepare
from app.storage.system import ASSET, RUN
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class AssetRow:
    """What the database knows of a stored file."""

    id: str
    application: str
    name: str
    content_type: str
    size: int
    sha256: str
    state: str
    created: datetime


_COLUMNS = tuple(getattr(ASSET.c, name) for name in AssetRow.__slots__)


class AssetRows:
    """The rows of every application's files."""

    def __init__(self, dialect: Literal["sqlite", "postgresql"]) -> None:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in AssetRow.__slots__}
        self._insert = prepare(insert(ASSET).values(values), dialect)
        self._find = prepare(
            select(*_COLUMNS).where(ASSET.c.id == bindparam("asset"), ASSET.c.application == bindparam("of")),
            dialect,
        )
        known = select(ASSET.c.application, ASSET.c.state, ASSET.c.created)
        self._known = prepare(known.where(ASSET.c.id == bindparam("asset")), dialect)
        began = bindparam("began", type_=RUN.c.created.type)
        held = exists().where(
            RUN.c.application == bindparam("of"), RUN.c.ended.is_(None), RUN.c.created < began
        )
        self._held = prepare(select(1).where(held), dialect)

    def insert(self, row: AssetRow) -> Work[None]:
        """Keeps the row of a file that has just been stored."""
        values: dict[str, Any] = {f"new_{name}": getattr(row, name) for name in AssetRow.__slots__}
        yield self._insert.statement(values)

    def find(self, application: str, id: str) -> Work[AssetRow | None]:
        """The row of an application's file."""
        rows = yield self._find.statement({"asset": id, "of": application})
        found = self._find.rows(rows)
        return AssetRow(*found[0]) if found else None

    def wanted(self, id: str, patience: timedelta) -> Work[bool]:
        """Whether a record refers to the file of any application, or may still come to.

        One may within `patience` after the file was stored, and for as long as a run goes on that began before then:
        what the run holds, and a person may answer after weeks, nobody else knows.
        """
        found = self._known.rows((yield self._known.statement({"asset": id})))
        if not found:
            return False
        application, state, created = found[0]
        if state == "attached" or created + patience > datetime.now(UTC):
            return True
        return bool((yield self._held.statement({"of": application, "began": created + patience})))
