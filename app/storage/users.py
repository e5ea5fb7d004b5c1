"""The users of an application's doors and console: people whom the operator named, apart from its own models."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from app.storage.prepare import DialectName, prepare
from app.storage.system import USER
from app.storage.work import Work


@dataclass(frozen=True, slots=True)
class User:
    """One user; `password` is the stored hash with which the console lets them in, or None."""

    id: str
    application: str
    email: str
    roles: tuple[str, ...]
    disabled: bool
    password: str | None
    created: datetime


_COLUMNS = tuple(getattr(USER.c, name) for name in User.__slots__)


def email_key(email: str) -> str:
    """The form in which addresses are compared: regardless of case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", email).casefold())


class Users:
    """The users of one application."""

    def __init__(self, dialect: DialectName, application: str) -> None:
        self._application = application
        mine = USER.c.application == bindparam("of")
        named = (mine, USER.c.email_key == bindparam("mail"))
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in User.__slots__}
        self._insert = prepare(insert(USER).values(**values, email_key=bindparam("mail")), dialect)
        self._find = prepare(select(*_COLUMNS).where(*named), dialect)
        self._of_id = prepare(select(*_COLUMNS).where(mine, USER.c.id == bindparam("user")), dialect)
        self._all = prepare(select(*_COLUMNS).where(mine).order_by(USER.c.email_key), dialect)
        self._disable = prepare(update(USER).where(*named).values(disabled=bindparam("to")), dialect)
        self._remove = prepare(delete(USER).where(mine, USER.c.id == bindparam("user")), dialect)

    def insert(self, user: User) -> Work[None]:
        """Keeps a new user; `UniqueViolated` where the address is taken, in whatever case."""
        values = {f"new_{name}": getattr(user, name) for name in User.__slots__}
        yield self._insert.statement({**values, "new_roles": list(user.roles), "mail": email_key(user.email)})

    def find(self, email: str) -> Work[User | None]:
        """The user with this address, in whatever case."""
        rows = yield self._find.statement(self._named(email))
        found = self._find.rows(rows)
        return _user(found[0]) if found else None

    def of_id(self, id: str) -> Work[User | None]:
        """The user with this id."""
        found = self._of_id.rows((yield self._of_id.statement({"of": self._application, "user": id})))
        return _user(found[0]) if found else None

    def all(self) -> Work[list[User]]:
        """Every user, by address."""
        rows = yield self._all.statement({"of": self._application})
        return [_user(row) for row in self._all.rows(rows)]

    def disable(self, email: str, disabled: bool) -> Work[None]:
        """Switches a user off or on; their keys stay, and count only while the user does."""
        yield self._disable.statement({**self._named(email), "to": disabled})

    def remove(self, id: str) -> Work[None]:
        """Removes a user; the database removes their keys along with them."""
        yield self._remove.statement({"of": self._application, "user": id})

    def _named(self, email: str) -> dict[str, str]:
        return {"of": self._application, "mail": email_key(email)}


def _user(row: tuple[Any, ...]) -> User:
    found = dict(zip(User.__slots__, row, strict=True))
    return User(**{**found, "roles": tuple(found["roles"])})
