"""The sessions behind token pairs: one row each, renewed by one conditional update."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update

from app.storage.prepare import prepare
from app.storage.system import SESSION
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class Session:
    """One login: whose, until when, how often its refresh token was renewed and when last."""

    id: str
    application: str
    profile: str
    record: int
    counter: int
    credential: str
    """Changes with the user's password, so that a changed password ends the session."""
    rotated: datetime
    ends: datetime


_COLUMNS = tuple(getattr(SESSION.c, name) for name in Session.__slots__)


class Sessions:
    """The sessions of one application."""

    def __init__(self, dialect: Literal["sqlite", "postgresql"], application: str) -> None:
        self._application = application
        mine = (SESSION.c.id == bindparam("session"), SESSION.c.application == bindparam("of"))
        live = (*mine, SESSION.c.revoked.is_(False))
        self._insert = prepare(
            insert(SESSION).values({name: bindparam(f"new_{name}") for name in Session.__slots__}), dialect
        )
        self._find = prepare(select(*_COLUMNS).where(*live), dialect)
        self._rotate = prepare(
            update(SESSION)
            .where(*live, SESSION.c.counter == bindparam("used"))
            .values(counter=SESSION.c.counter + 1, rotated=bindparam("at"))
            .returning(SESSION.c.counter),
            dialect,
        )
        self._revoke = prepare(
            update(SESSION).where(*live).values(revoked=True).returning(SESSION.c.id), dialect
        )

    def insert(self, session: Session) -> Work[None]:
        """Keeps a new session."""
        values = {f"new_{name}": getattr(session, name) for name in Session.__slots__}
        yield self._insert.statement(values)

    def find(self, id: str) -> Work[Session | None]:
        """The session with this id unless it was revoked."""
        rows = yield self._find.statement(self._key(id))
        found = self._find.rows(rows)
        return Session(*found[0]) if found else None

    def rotate(self, session: Session, now: datetime) -> Work[Session | None]:
        """The session with its counter moved on; None where that has been done already, or it was revoked."""
        values = {**self._key(session.id), "used": session.counter, "at": now}
        rows = yield self._rotate.statement(values)
        if not rows:
            return None
        return replace(session, counter=session.counter + 1, rotated=now)

    def revoke(self, id: str) -> Work[bool]:
        """Ends a session; whether there was one to end."""
        rows = yield self._revoke.statement(self._key(id))
        return bool(rows)

    def _key(self, id: str) -> dict[str, Any]:
        return {"session": id, "of": self._application}
