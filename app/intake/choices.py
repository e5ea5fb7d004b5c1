"""What whoever imports wants otherwise: tables and columns left out, and columns of another kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.errors import BadInput
from app.intake.found import Found, TableName
from app.properties import KINDS
from app.properties.base import Constraints
from app.suggestions import did_you_mean

Place = tuple[TableName, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """Nothing of `tables` and `columns` is taken; `kinds` come before what the columns' types say."""

    tables: frozenset[TableName] = frozenset()
    columns: frozenset[Place] = frozenset()
    kinds: Mapping[Place, str] = field(default_factory=dict)


def read_choices(found: Found, without: Sequence[str], kinds: Sequence[str]) -> Choices:
    """The choices of a command line: `Album`, `Album.cover`, and `Album.cover=kind`; raises `BadInput`."""
    tables = {str(name): name for name in found.tables}
    places = {
        f"{name}.{column}": (name, column) for name, table in found.tables.items() for column in table.columns
    }
    for given in without:
        if given not in tables and given not in places:
            raise BadInput(_unknown("--without", "table or column", given, [*tables, *places]))
    wanted = {}
    for given in kinds:
        place, _, kind = given.partition("=")
        if place not in places:
            raise BadInput(_unknown("--kind", "column", place, places))
        wanted[places[place]] = _checked(kind)
    return Choices(
        frozenset(tables[given] for given in without if given in tables),
        frozenset(places[given] for given in without if given in places and given not in tables),
        wanted,
    )


def _checked(kind: str) -> str:
    known = KINDS.get(kind)
    if known is None:
        raise BadInput(_unknown("--kind", "kind", kind, KINDS))
    if not known.stored or not known.writable or known.graphql in ("File", "Image"):
        raise BadInput(f"--kind: no column can become a property of the kind {kind}.")
    for problem in known.problems(Constraints(kind=kind)):
        raise BadInput(f"--kind {kind}: {problem}.")
    return kind


def _unknown(option: str, what: str, given: str, known: Iterable[str]) -> str:
    return f"{option}: there is no {what} {given!r}.{did_you_mean(given, sorted(known))}"
