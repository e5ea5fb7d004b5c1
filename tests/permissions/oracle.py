"""What the grants of `application.yaml` mean, said a second time in plain Python and plain data.

Nothing here comes from the server. A caller has roles, a role has predicates over rows, and whatever no predicate
lets through is not there. Answers are lists of rows, or the code of a refusal as a string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
World = dict[str, dict[int, Row]]
"""The rows of each model by id; a reference is the other row's id."""

UNAUTHENTICATED = "UNAUTHENTICATED"
FORBIDDEN = "FORBIDDEN"
NOT_FOUND = "NOT_FOUND"
BAD_USER_INPUT = "BAD_USER_INPUT"
CONFLICT = "CONFLICT"
INVALID = "GRAPHQL_VALIDATION_FAILED"


@dataclass(frozen=True)
class Caller:
    """Who calls: a row of `Person` or `Client` with roles, or nobody."""

    name: str
    model: str | None = None
    id: int | None = None
    roles: frozenset[str] = frozenset()
    profile: str | None = None

    @property
    def refusal(self) -> str:
        """The code for what this caller has no right to at all."""
        return UNAUTHENTICATED if self.model is None else FORBIDDEN


def person(name: str, id: int, *roles: str, profile: str = "Staff") -> Caller:
    return Caller(name, "Person", id, frozenset(roles), profile)


ANONYMOUS = Caller("anonymous")
CALLERS = (
    ANONYMOUS,
    person("ada", 1, "member"),
    person("bob", 2, "member"),
    person("max", 3, "manager"),
    person("eve", 4, "auditor"),
    person("mia", 5, "member", "manager"),
    person("nil", 6),
    person("ina", 7, "inspector"),
    person("ben", 8, "builder", "auditor"),
    person("sam", 9),  # was a member until a moment ago
    Caller("cal", "Client", 1, frozenset({"member"}), "Clients"),
    Caller("cleo", "Client", 2, frozenset(), "Clients"),
    person("badge-ada", 1, "member", profile="Badges"),
)


@dataclass(frozen=True)
class Reference:
    """A relation: `on` is the column with the other row's id, here (`many` is false) or on the other side."""

    model: str
    on: str
    many: bool = False


FIELDS: Mapping[str, tuple[str, ...]] = {
    "Team": ("id", "name"),
    "Person": ("id", "email", "name", "salary"),
    "Client": ("id", "login"),
    "Note": ("id", "title", "status", "mark"),
    "Comment": ("id", "text"),
    "Entry": ("id", "amount"),
    "Message": ("id", "text"),
}
"""The models that exist for callers, with what can be read of each by anybody."""
SEEN_BY = {("Person", "salary"): "manager", ("Note", "mark"): "auditor"}
NEVER_SEEN = {
    "Team": ("people_count", "vault"),
    "Person": ("password", "badge"),
    "Client": ("secret",),
    "Note": ("vault",),
    "Comment": ("hidden",),
    "Entry": ("nothing",),
    "Message": ("body",),
}
"""Hidden, unreadable and unknown names alike."""
RELATIONS: Mapping[str, Mapping[str, Reference]] = {
    "Team": {"people": Reference("Person", "team", many=True)},
    "Person": {"team": Reference("Team", "team"), "notes": Reference("Note", "owner", many=True)},
    "Client": {},
    "Note": {
        "owner": Reference("Person", "owner"),
        "comments": Reference("Comment", "note", many=True),
        "entries": Reference("Entry", "note", many=True),
    },
    "Comment": {"note": Reference("Note", "note")},
    "Entry": {"note": Reference("Note", "note")},
    "Message": {},
}
Predicate = Callable[[World, Caller, Row], bool]


def _everything(world: World, me: Caller, row: Row) -> bool:
    return True


def _team_of(world: World, me: Caller) -> int | None:
    return world["Person"][me.id]["team"] if me.model == "Person" and me.id else None


def _is_me(world: World, me: Caller, id: int | None) -> bool:
    return me.model == "Person" and id is not None and id == me.id


def _myself(world: World, me: Caller, row: Row) -> bool:
    return _is_me(world, me, row["id"])


def _my_own(world: World, me: Caller, row: Row) -> bool:
    return _is_me(world, me, row["owner"])


def _of_my_team(world: World, me: Caller, row: Row) -> bool:
    team: int | None = row["team"]
    return team is not None and team == _team_of(world, me)


def _of_my_team_or_ina(world: World, me: Caller, row: Row) -> bool:
    return _of_my_team(world, me, row) or row["name"] == "Ina"


def _owned_by_my_team(world: World, me: Caller, row: Row) -> bool:
    return row["owner"] is not None and _of_my_team(world, me, world["Person"][row["owner"]])


def _published(world: World, me: Caller, row: Row) -> bool:
    return bool(row["status"] == "published")


def _reviewed_by_my_team(world: World, me: Caller, row: Row) -> bool:
    return row["status"] in ("review", "published") and _owned_by_my_team(world, me, row)


def _on_published(world: World, me: Caller, row: Row) -> bool:
    return _published(world, me, world["Note"][row["note"]])


READ: Mapping[str, Mapping[str, Predicate]] = {
    "Team": {"public": _everything},
    "Person": {"member": _myself, "manager": _of_my_team, "auditor": _everything},
    "Client": {},
    "Note": {
        "public": _published,
        "member": _my_own,
        "manager": _reviewed_by_my_team,
        "auditor": _everything,
    },
    "Comment": {"member": _everything, "manager": _on_published},
    "Entry": {"auditor": _everything},
    "Message": {"auditor": _everything},
}
WRITE: Mapping[str, Mapping[str, Predicate]] = {
    "Team": {},
    "Person": {"manager": _of_my_team_or_ina},
    "Client": {},
    "Note": {"member": _my_own, "manager": _owned_by_my_team},
    "Comment": {"member": _everything},
    "Entry": {"auditor": _everything},
    "Message": {"public": _everything},
}
READ_BY_ANYBODY = frozenset(model for model, rules in READ.items() if rules)
WRITTEN_BY_ANYBODY = frozenset(model for model, rules in WRITE.items() if rules)
PROFILE_MODELS = frozenset({"Person", "Client"})


def rules_of(rules: Mapping[str, Mapping[str, Predicate]], caller: Caller, model: str) -> list[Predicate]:
    return [rule for role, rule in rules[model].items() if role == "public" or role in caller.roles]


def fields(caller: Caller, model: str) -> list[str]:
    """The properties that exist for the caller."""
    return [
        name for name in FIELDS[model] if (model, name) not in SEEN_BY or SEEN_BY[model, name] in caller.roles
    ]


def missing(caller: Caller, model: str) -> list[str]:
    """Names that do not: hidden from this caller, from everybody, or of nothing at all."""
    return [*NEVER_SEEN[model], *(name for name in FIELDS[model] if name not in fields(caller, model))]


def visible(world: World, caller: Caller, model: str) -> list[Row] | str:
    """The rows that the caller may read, by id; the code of the refusal where it may read none at all."""
    rules = rules_of(READ, caller, model)
    if not rules:
        return caller.refusal
    rows = [world[model][id] for id in sorted(world[model])]
    return [row for row in rows if any(rule(world, caller, row) for rule in rules)]


def shown(caller: Caller, model: str, row: Row) -> Row:
    """What the caller sees of a row that it may read."""
    return {name: row[name] for name in fields(caller, model)}


def related(world: World, caller: Caller, row: Row, reference: Reference) -> list[Row] | str:
    """The rows behind a relation that the caller may read."""
    rows = visible(world, caller, reference.model)
    if isinstance(rows, str):
        return rows
    if reference.many:
        return [other for other in rows if other[reference.on] == row["id"]]
    return [other for other in rows if other["id"] == row[reference.on]]


def ordered(rows: Iterable[Row], key: Callable[[Row], Any], descending: bool) -> list[Row]:
    """By key, nulls last, and first where descending; equal ones by id."""
    rows = sorted(rows, key=lambda row: row["id"])
    with_value = sorted((row for row in rows if key(row) is not None), key=key, reverse=False)
    if descending:
        with_value = _descending(with_value, key)
    without = [row for row in rows if key(row) is None]
    return without + with_value if descending else with_value + without


def _descending(rows: list[Row], key: Callable[[Row], Any]) -> list[Row]:
    values = sorted({key(row) for row in rows}, reverse=True)
    return [row for value in values for row in rows if key(row) == value]


def myself(world: World, caller: Caller, model: str) -> Row | str:
    """What `me<Model>` answers."""
    if caller.model != model or caller.id is None:
        return caller.refusal
    return shown(caller, model, world[model][caller.id])


def seeded() -> World:
    """The rows that the definition's `records` make, with `sam` a mere person and `rex` gone."""
    return deepcopy(_SEEDED)


def _table(columns: str, *rows: tuple[Any, ...]) -> dict[int, Row]:
    names = ["id", *columns.split()]
    return {id: dict(zip(names, (id, *row), strict=True)) for id, row in enumerate(rows, 1)}


_SEEDED: World = {
    "Team": _table("name", ("red",), ("blue",)),
    "Person": _table(
        "email name salary team",
        ("ada@example.org", "Ada", 1000, 1),
        ("bob@example.org", "Bob", 2000, 2),
        ("max@example.org", "Max", 3000, 1),
        ("eve@example.org", "Eve", 4000, None),
        ("mia@example.org", "Mia", 5000, 2),
        ("nil@example.org", "Nil", 6000, 1),
        ("ina@example.org", "Ina", None, None),
        ("ben@example.org", "Ben", None, None),
        ("sam@example.org", "Sam", 500, 2),
    ),
    "Client": _table("login", ("cal",), ("cleo",)),
    "Note": _table(
        "title status mark owner",
        ("Alpha", "draft", 5, 1),
        ("Beta", "published", 4, 1),
        ("Gamma", "review", 3, 2),
        ("Delta", "draft", 2, 3),
        ("Epsilon", "review", 1, 6),
        ("Zeta", "draft", None, 5),
        ("Eta", "published", None, None),
    ),
    "Comment": _table("text note", ("on Alpha", 1), ("on Beta", 2), ("on Gamma", 3)),
    "Entry": _table("amount note", (10, 1), (20, 2)),
    "Message": _table("text", ("first",)),
}
