"""Who is behind a session, as the database has it now: session, user and roles in one statement.

Every request with a token asks this, so it is no selection of the read compiler but one prepared join.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Text, bindparam, literal, select

from app.definition.model import ROLE_MODEL, AuthenticationProfile
from app.properties import KINDS
from app.storage.prepare import DialectName, one_of, prepare
from app.storage.system import SESSION
from app.storage.tables import ModelTable, RelationTable, Tables
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class Caller:
    """The user of a live session; `password` is the stored hash, `credential` the session's mark of it."""

    record: Mapping[str, Any]
    roles: frozenset[str]
    password: str | None
    credential: str
    ends: datetime


class Callers:
    """Finds the users of one authentication profile by their sessions."""

    def __init__(self, tables: Tables, profile: AuthenticationProfile, dialect: DialectName) -> None:
        users = tables.models[profile.model]
        self._names = [
            name
            for name, property in users.model.all_properties.items()
            if name in users.columns and KINDS[property.kind].readable
        ]
        self._parents = [name for name, one in users.relations.items() if one.column is not None]
        self._profile = profile.name
        self._application = tables.application.uuid.hex
        roles = tables.models[ROLE_MODEL]
        role = literal(None) if profile.roles is None else roles.columns["name"]
        password = literal(None) if profile.password is None else users.columns[profile.password]
        joined: FromClause = SESSION.join(users.table, users.columns["id"] == SESSION.c.record)
        if profile.roles is not None:
            joined = _with_roles(joined, users, users.relations[profile.roles], roles)
        found = select(
            SESSION.c.id,
            SESSION.c.credential,
            SESSION.c.ends,
            password.label("password"),
            role.label("role"),
            *(users.columns[name] for name in self._names),
            *(users.relations[name].column for name in self._parents),
        )
        live = found.select_from(joined).where(
            SESSION.c.application == bindparam("of"),
            SESSION.c.profile == bindparam("by"),
            SESSION.c.revoked.is_(False),
        )
        self._find = prepare(live.where(SESSION.c.id == bindparam("session")), dialect)
        self._find_all = prepare(live.where(one_of(SESSION.c.id, "sessions", Text(), dialect)), dialect)

    def find(self, sessions: Sequence[str]) -> Work[Mapping[str, Caller]]:
        """The users behind those sessions that were not revoked; whether one has ended is for the caller to see."""
        values: dict[str, Any] = {"of": self._application, "by": self._profile}
        if len(sessions) == 1:
            statement = self._find.statement({**values, "session": sessions[0]})
        else:
            statement = self._find_all.statement({**values, "sessions": sessions})
        found: dict[str, list[tuple[Any, ...]]] = {}
        for session, *row in self._find.rows((yield statement)):
            found.setdefault(session, []).append(tuple(row))
        return {session: self._caller(rows) for session, rows in found.items()}

    def _caller(self, rows: Sequence[tuple[Any, ...]]) -> Caller:
        """The caller that these rows tell of, one for each role."""
        credential, ends, password, _, *values = rows[0]
        record = dict(zip(self._names, values, strict=False))
        for name, id in zip(self._parents, values[len(self._names) :], strict=True):
            record[name] = None if id is None else {"id": id}
        roles = frozenset(row[3] for row in rows if row[3] is not None)
        return Caller(record, roles, password, credential, ends)


def _with_roles(
    joined: FromClause, users: ModelTable, relation: RelationTable, roles: ModelTable
) -> FromClause:
    """The join with every role of the user, or with none."""
    user, role = users.columns["id"], roles.columns["id"]
    if relation.join is not None and relation.near is not None:
        return joined.outerjoin(relation.join, relation.near == user).outerjoin(
            roles.table, role == relation.far
        )
    if relation.column is not None:
        return joined.outerjoin(roles.table, role == relation.column)
    assert relation.foreign is not None
    return joined.outerjoin(roles.table, relation.foreign == user)
