"""How tables, indexes and constraints are called: at most 63 bytes, as PostgreSQL has it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from app.definition.model import Application
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
