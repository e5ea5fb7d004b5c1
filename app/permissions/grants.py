"""Who calls, and the right that storage asks for with every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.definition.conditions import Condition, both, shift


class Verb(StrEnum):
    """What is done to records of a model."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a record of a profile's model, the user or module of an API key, or nobody.

    Roles are as the database has them at the request. A key's user is `{id, email}` and a record of no model.
    """

    profile: str | None = None
    model: str | None = None
    record: Mapping[str, Any] | None = None
    roles: frozenset[str] = frozenset()
    privileges: frozenset[str] = frozenset()
    session: str | None = None
    key: str | None = None
    """The id of the API key, where the caller came with one."""

    @property
    def known(self) -> bool:
        """Whether the caller showed valid credentials."""
        return self.record is not None


ANYBODY = Principal()
SYSTEM = Principal(key="system")
"""The server itself, where no caller is known but what happens is to bear a name; it has no roles."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom an endpoint or trigger lets in: users of a profile, callers with a privilege, with one of some roles.

    Without any of these, and for the role `public` without profile and privilege, everybody.
    """

    profile: str | None = None
    allow: tuple[str, ...] = ()
    privilege: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that a rule opens, where the model itself says nothing of who may read or write it."""

    model: str
    rule: Rule


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to one verb on one model: which properties and relations, and which rows.

    `rows` is the row filter (None: all rows) with its operands in `values`; both come from the definition and
    from who calls, never from the request. `related` gives the right that relating a record to those of a relation
    takes; None: there is no such limit.
    """

    model: str
    verb: Verb
    names: frozenset[str]
    rows: Condition | None = None
    values: tuple[Any, ...] = field(default=(), hash=False)
    related: Callable[[str], Grant] | None = field(default=None, compare=False, repr=False)

    def within(self, other: Grant) -> Grant:
        """The same right on no other rows than `other` lets through."""
        rows = None if other.rows is None else shift(other.rows, len(self.values))
        values = (*self.values, *other.values)
        return replace(self, rows=both(self.rows, rows), values=values)
