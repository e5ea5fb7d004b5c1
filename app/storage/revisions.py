"""The definitions that runs began with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, select

from app.storage.prepare import DialectName, insert_into, prepare
from app.storage.system import REVISION, RUN
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Runs of one action that began with one revision and have not ended: how many, and the id of one."""

    revision: str
    action: str
    count: int
    example: str


class RevisionRows:
    """Keeps a definition for as long as runs need it."""

    def __init__(self, dialect: DialectName) -> None:
        at = bindparam("at", type_=REVISION.c.created.type)
        kept = insert_into(REVISION, dialect).values(
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
        newest = select(REVISION.c.digest, REVISION.c.definition).where(this[0])
        self._last = prepare(newest.order_by(REVISION.c.created.desc()).limit(1), dialect)
        self._applications = prepare(select(REVISION.c.application).distinct(), dialect)
        needed = exists().where(
            RUN.c.application == REVISION.c.application,
            RUN.c.revision == REVISION.c.digest,
            RUN.c.cursor.is_not(None),
        )
        goes_on = (RUN.c.application == bindparam("of"), RUN.c.revision.is_not(None), RUN.c.ended.is_(None))
        grouped = (RUN.c.revision, RUN.c.action_name)
        counted = select(*grouped, func.count(), func.min(RUN.c.id)).where(*goes_on).group_by(*grouped)
        self._unfinished = prepare(counted.order_by(RUN.c.action_name, RUN.c.revision), dialect)
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

    def unfinished(self, application: str) -> Work[list[Unfinished]]:
        """The durable runs that have not ended, by revision and action."""
        rows = yield self._unfinished.statement({"of": application})
        return [Unfinished(*row) for row in rows]

    def last_served(self, application: str) -> Work[str | None]:
        """The text of the definition that a server began to serve last; None for an application never served."""
        rows = yield self._last.statement({"of": application})
        return rows[0][1] if rows else None

    def last(self, application: str) -> Work[str | None]:
        """The digest of that definition."""
        rows = yield self._last.statement({"of": application})
        return rows[0][0] if rows else None

    def applications(self) -> Work[list[str]]:
        """The uuids, in 32 digits, of all applications that were ever served."""
        return [row[0] for row in (yield self._applications.statement({}))]

    def free(self, application: str, current: str, before: datetime) -> Work[None]:
        """Removes definitions but the current that no run needs and nobody has served since then."""
        yield self._free.statement({"of": application, "revision": current, "at": before})
