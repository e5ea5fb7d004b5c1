"""API keys: of each the digest alone, so that the database can't give them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Text, bindparam, insert, or_, select, update

from app.storage.prepare import DialectName, one_of, prepare
from app.storage.system import KEY, USER
from app.storage.work import Work

KeyKind = Literal["rest", "incoming", "module"]
KEY_KINDS: tuple[KeyKind, ...] = ("rest", "incoming", "module")
NOTE_EVERY = timedelta(minutes=1)
"""How often the last use of a key is written, at most."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: whose (`user_id`) or of which module (`action`, a uuid in 32 digits), and until when."""

    id: str
    application: str
    kind: KeyKind
    user_id: str | None
    action: str | None
    digest: str
    expires: datetime
    revoked: datetime | None
    created: datetime
    last_used: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A key that was not revoked, with its user where it has one that is not disabled."""

    key: Key
    user_id: str | None
    email: str
    roles: frozenset[str]


_COLUMNS = tuple(getattr(KEY.c, name) for name in Key.__slots__)


class Keys:
    """The keys of one application."""

    def __init__(self, dialect: DialectName, application: str) -> None:
        self._application = application
        ours = KEY.c.application == bindparam("of")
        mine = (ours, KEY.c.id == bindparam("key"))
        live = (*mine, KEY.c.revoked.is_(None))
        holders = KEY.outerjoin(USER, (USER.c.id == KEY.c.user_id) & USER.c.disabled.is_(False))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in Key.__slots__}
        self._insert = prepare(insert(KEY).values(**values), dialect)
        held = select(*_COLUMNS, USER.c.id, USER.c.email, USER.c.roles).select_from(holders)
        held = held.where(ours, KEY.c.revoked.is_(None), KEY.c.kind == bindparam("as"))
        self._find = prepare(held.where(KEY.c.id == bindparam("key")), dialect)
        self._find_all = prepare(held.where(one_of(KEY.c.id, "keys", Text(), dialect)), dialect)
        self._all = prepare(
            select(*_COLUMNS, USER.c.email)
            .select_from(KEY.outerjoin(USER, USER.c.id == KEY.c.user_id))
            .where(KEY.c.application == bindparam("of"))
            .order_by(KEY.c.created, KEY.c.id),
            dialect,
        )
        self._revoke = prepare(
            update(KEY).where(*live).values(revoked=bindparam("at")).returning(KEY.c.id), dialect
        )
        long_ago = or_(KEY.c.last_used.is_(None), KEY.c.last_used < bindparam("before"))
        self._note = prepare(update(KEY).where(*mine, long_ago).values(last_used=bindparam("at")), dialect)

    def insert(self, key: Key) -> Work[None]:
        """Keeps a new key; `ReferenceViolated` where its user is gone."""
        yield self._insert.statement({f"new_{name}": getattr(key, name) for name in Key.__slots__})

    def find(self, kind: KeyKind, ids: Sequence[str]) -> Work[Mapping[str, Holder]]:
        """Those of these keys that are of this kind and not revoked; whether one has expired the caller sees."""
        values: dict[str, Any] = {"of": self._application, "as": kind}
        if len(ids) == 1:
            statement = self._find.statement({**values, "key": ids[0]})
        else:
            statement = self._find_all.statement({**values, "keys": ids})
        rows = self._find.rows((yield statement))
        return {
            columns[0]: Holder(Key(*columns), user, email or "", frozenset(roles or ()))
            for *columns, user, email, roles in rows
        }

    def all(self) -> Work[Sequence[tuple[Key, str | None]]]:
        """Every key with the address of its user, the oldest first."""
        rows = yield self._all.statement({"of": self._application})
        return [(Key(*columns), email) for *columns, email in self._all.rows(rows)]

    def revoke(self, id: str, at: datetime) -> Work[bool]:
        """Ends a key; whether there was one to end."""
        rows = yield self._revoke.statement({"of": self._application, "key": id, "at": at})
        return bool(rows)

    def note_use(self, id: str, at: datetime) -> Work[None]:
        """Writes when a key was last used, unless that was done within the last minute."""
        values: dict[str, Any] = {"of": self._application, "key": id, "at": at, "before": at - NOTE_EVERY}
        yield self._note.statement(values)._replace(last=True)
