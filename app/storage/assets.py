"""The rows of stored files: pending until a record refers to them, then attached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, or_, select

from app.storage.prepare import prepare
from app.storage.system import ASSET
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
        wanted = or_(ASSET.c.state == "attached", ASSET.c.created > bindparam("since"))
        self._wanted = prepare(select(ASSET.c.id).where(ASSET.c.id == bindparam("asset"), wanted), dialect)

    def insert(self, row: AssetRow) -> Work[None]:
        """Keeps the row of a file that has just been stored."""
        values: dict[str, Any] = {f"new_{name}": getattr(row, name) for name in AssetRow.__slots__}
        yield self._insert.statement(values)

    def find(self, application: str, id: str) -> Work[AssetRow | None]:
        """The row of an application's file."""
        rows = yield self._find.statement({"asset": id, "of": application})
        found = self._find.rows(rows)
        return AssetRow(*found[0]) if found else None

    def wanted(self, id: str, since: datetime) -> Work[bool]:
        """Whether a record refers to the file of any application, or may still come to: it was stored after `since`."""
        rows = yield self._wanted.statement({"asset": id, "since": since})
        return bool(rows)
