"""The definitions that runs began with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from app.storage.prepare import DialectName, prepare
from app.storage.system import REVISION, RUN
from app.storage.work import Work


class RevisionRows:
    """Keeps a definition for as long as runs need it."""

    def __init__(self, dialect: DialectName) -> None:
        insert = sqlite.insert(REVISION) if dialect == "sqlite" else postgresql.insert(REVISION)
        at = bindparam("at", type_=REVISION.c.created.type)
        kept = insert.values(
            application=bindparam("of"),
            digest=bindparam("revision"),
            definition=bindparam("text"),
            created=at,
        )
        self._keep = prepare(
            kept.on_conflict_do_update(index_elements=["application", "digest"], set_={"created": at}),
            dialect,
        )
        this = (REVISION.c.application == bindparam("of"), REVISION.c.digest == bindparam("revision"))
        self._find = prepare(select(REVISION.c.definition).where(*this), dialect)
        newest = select(REVISION.c.definition).where(this[0]).order_by(REVISION.c.created.desc()).limit(1)
        self._last = prepare(newest, dialect)
        needed = exists().where(
            RUN.c.application == REVISION.c.application,
            RUN.c.revision == REVISION.c.digest,
            RUN.c.cursor.is_not(None),
        )
        self._free = prepare(
            delete(REVISION).where(
                REVISION.c.application == bindparam("of"),
                REVISION.c.digest != bindparam("revision"),
                REVISION.c.created < at,
                ~needed,
            ),
            dialect,
        )

    def keep(self, application: str, revision: str, text: str, at: datetime) -> Work[None]:
        """Stores a definition, or notes that it is still served."""
        yield self._keep.statement({"of": application, "revision": revision, "text": text, "at": at})

    def definition(self, application: str, revision: str) -> Work[str | None]:
        """The text of a definition."""
        rows = yield self._find.statement({"of": application, "revision": revision})
        return rows[0][0] if rows else None

    def last_served(self, application: str) -> Work[str | None]:
        """The text of the definition that a server began to serve last; None for an application never served."""
        rows = yield self._last.statement({"of": application})
        return rows[0][0] if rows else None

    def free(self, application: str, current: str, before: datetime) -> Work[None]:
        """Removes definitions but the current that no run needs and nobody has served since then."""
        yield self._free.statement({"of": application, "revision": current, "at": before})
