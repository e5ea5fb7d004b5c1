"""How tables, indexes and constraints are called: at most 63 bytes, as PostgreSQL has it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from app.definition.earlier import name_now
from app.definition.model import Application, Property, Relation
from app.definition.names import snake

LONGEST = 63
UNSHORTENED = LONGEST - 9
"""How much of a longer name stands before its digest."""
INDEX_PREFIXES = ("ix__", "uq__")
"""How the names of our own indexes begin; other indexes are somebody else's."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An application, by its uuid in 32 digits, and how the names of all its tables begin, shortened ones too."""

    uuid: str
    name: str
    prefix: str


def owner_of(application: Application) -> Owner:
    """Whose the application's tables are."""
    prefix = f"{snake(application.name)}__"[:UNSHORTENED]
    return Owner(application.uuid.hex, application.name, prefix)


def table_name(application: str, model: str, *relation: str) -> str:
    """`shop__price_list`, and `shop__member__roles` for a join table."""
    return shortened("__".join(snake(name) for name in (application, model, *relation)))


class Names:
    """How the tables and columns of a definition are called: as it says, or as `now` does that came after it.

    What `now` has under another name got that name in the database when it was first served.
    """

    def __init__(self, application: Application, now: Application | None = None) -> None:
        self._application = application.name
        self._now = now

    def table(self, model: str, *relation: str) -> str:
        """The table of a model, or of a relation that has one."""
        parts = (self._model(model), *(self._member(model, one) for one in relation))
        return table_name(self._application, *parts)

    def column(self, model: str, property: str) -> str:
        """The column of a property."""
        return snake(self._member(model, property))

    def reference(self, model: str, relation: str) -> str:
        """The column of a relation that is one."""
        return reference_name(self._member(model, relation))

    def key(self, model: str) -> str:
        """The column of a join table that refers to a model."""
        return reference_name(self._model(model))

    def _model(self, model: str) -> str:
        return model if self._now is None else name_now(model, self._now.models)

    def _member(self, model: str, member: str) -> str:
        found = None if self._now is None else self._now.models.get(self._model(model))
        if found is None:
            return member
        members: dict[str, Property | Relation] = {**found.all_properties, **found.relations}
        return name_now(member, members)


def constraint_name(kind: str, table: str, *columns: str) -> str:
    """`uq__shop__member__email` and the like; kinds are ix, uq and fk."""
    return shortened("__".join((kind, table, *columns)))


def reference_name(name: str) -> str:
    """`company_id`: the column of a relation or of a model's key in a join table."""
    return f"{shortened(snake(name), LONGEST - 3)}_id"


def shortened(name: str, longest: int = LONGEST) -> str:
    """The name itself, or its beginning with a digest of the whole."""
    if len(name) <= longest:
        return name
    return f"{name[: longest - LONGEST + UNSHORTENED]}_{sha256(name.encode()).hexdigest()[:8]}"
