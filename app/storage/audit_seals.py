"""The links of the chain that holds the audit trail."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from app.storage.prepare import DialectName, prepare
from app.storage.system import AUDIT_SEAL
from app.storage.work import Work

Range = Sequence[int]
"""The first and the last of entries that follow each other."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One link: which entries it holds and a digest of each, in their order."""

    number: int
    made: datetime
    last: int
    """The highest entry of this link and all before it."""
    ranges: Sequence[Range]
    digests: str
    mac: str


_COLUMNS = tuple(getattr(AUDIT_SEAL.c, name) for name in Seal.__slots__)


class AuditSeals:
    """Adds and reads links."""

    def __init__(self, dialect: DialectName) -> None:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in Seal.__slots__}
        self._insert = prepare(insert(AUDIT_SEAL).values(values), dialect)
        self._after = prepare(
            select(*_COLUMNS)
            .where(AUDIT_SEAL.c.number > bindparam("known"))
            .order_by(AUDIT_SEAL.c.number)
            .limit(bindparam("most")),
            dialect,
        )
        self._before = prepare(
            select(*_COLUMNS)
            .where(AUDIT_SEAL.c.made < bindparam("at"))
            .order_by(AUDIT_SEAL.c.number.desc())
            .limit(1),
            dialect,
        )

    def insert(self, seal: Seal) -> Work[None]:
        """Adds a link; `UniqueViolated` where somebody else was quicker."""
        yield self._insert.statement({f"new_{name}": getattr(seal, name) for name in Seal.__slots__})

    def after(self, number: int, most: int = 100) -> Work[list[Seal]]:
        """The links behind the one with this number, the oldest first."""
        rows = yield self._after.statement({"known": number, "most": most})
        return [Seal(*row) for row in self._after.rows(rows)]

    def before(self, at: datetime) -> Work[Seal | None]:
        """The newest link that is older than this moment."""
        rows = yield self._before.statement({"at": at})
        return Seal(*self._before.rows(rows)[0]) if rows else None


def join_digests(digests: Sequence[bytes]) -> str:
    """Digests as the text that a link keeps."""
    return base64.b64encode(b"".join(digests)).decode()


def split_digests(text: str, size: int) -> list[bytes]:
    """The digests of `size` bytes in such a text; none where it has been tampered with."""
    try:
        joined = base64.b64decode(text, validate=True)
    except ValueError:
        return []
    return [joined[place : place + size] for place in range(0, len(joined), size)]
