"""What the oracle says of writes: the code of the refusal, or the world as it is afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.permissions.oracle import (
    BAD_USER_INPUT,
    CONFLICT,
    FIELDS,
    FORBIDDEN,
    INVALID,
    NOT_FOUND,
    READ,
    RELATIONS,
    WRITE,
    WRITTEN_BY_ANYBODY,
    Caller,
    Row,
    World,
    fields,
    rules_of,
    visible,
)

UNIQUE = {"Person": "email", "Note": "title", "Team": "name", "Client": "login"}
WRITABLE_ONLY = frozenset({"password", "secret"})


class Refused(Exception):
    """The write does not happen."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Case:
    """One write: `op` is create, update, delete or upsert, or one of them with `_many`."""

    op: str
    model: str
    id: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[Mapping[str, Any]] = ()
    where: tuple[str, Any] | None = None
    unique_by: str | None = None

    def __str__(self) -> str:
        parts = [self.id, self.values or None, self.items or None, self.where, self.unique_by]
        return " ".join(str(part) for part in (self.op, self.model, *parts) if part is not None)


def write(world: World, caller: Caller, case: Case) -> tuple[str | None, World, list[int | None]]:
    """The refusal's code, or the new world and the ids of the rows written, None for one that is new."""
    after = deepcopy(world)
    try:
        return None, after, _OPS[case.op](after, caller, case)
    except Refused as refused:
        return refused.code, world, []


def rights_first(caller: Caller, case: Case, code: str | None) -> str | None:
    """The code at doors that look at rights before names; GraphQL has no word for what nobody may do."""
    if code in (INVALID, BAD_USER_INPUT) and not rules_of(WRITE, caller, case.model):
        return caller.refusal
    return code


def _check_names(caller: Caller, case: Case) -> None:
    """What the schema has no place for: models that nobody writes, and properties that the caller can't see."""
    if case.model not in WRITTEN_BY_ANYBODY:
        raise Refused(INVALID)
    known = {*fields(caller, case.model), *WRITABLE_ONLY, *RELATIONS[case.model]} - {"id"}
    for values in (case.values, *case.items):
        if not known.issuperset(values):
            raise Refused(BAD_USER_INPUT)


def _check_right(caller: Caller, model: str) -> None:
    if not rules_of(WRITE, caller, model):
        raise Refused(caller.refusal)


def _may_write(world: World, caller: Caller, model: str, row: Row) -> bool:
    return any(rule(world, caller, row) for rule in rules_of(WRITE, caller, model))


def _relate(world: World, caller: Caller, model: str, values: Mapping[str, Any]) -> None:
    """A row can name only rows that the caller may read."""
    for name, id in values.items():
        reference = RELATIONS[model].get(name)
        if reference is None or reference.many or id is None:
            continue
        rows = visible(world, caller, reference.model)
        if isinstance(rows, str):
            raise Refused(rows)
        if id not in [row["id"] for row in rows]:
            raise Refused(BAD_USER_INPUT)


def _changeable(world: World, caller: Caller, model: str) -> set[int]:
    if not rules_of(WRITE, caller, model):
        raise Refused(caller.refusal)
    return {id for id, row in world[model].items() if _may_write(world, caller, model, row)}


def _links(world: World, caller: Caller, model: str, values: Mapping[str, Any]) -> dict[str, set[int]]:
    """Of each to-many relation the rows that the caller may make name another row."""
    many = [name for name in values if name in RELATIONS[model] and RELATIONS[model][name].many]
    allowed = {name: _changeable(world, caller, RELATIONS[model][name].model) for name in many}
    for name in many:
        wanted = {*values[name].get("_add", ()), *values[name].get("_replace", ())}
        if not wanted <= allowed[name]:
            raise Refused(BAD_USER_INPUT)
    return allowed


def _link(world: World, caller: Caller, model: str, id: int, values: Mapping[str, Any]) -> None:
    allowed = _links(world, caller, model, values)
    for name, may in allowed.items():
        reference = RELATIONS[model][name]
        change, table = values[name], world[reference.model]
        wanted = {*change.get("_add", ()), *change.get("_replace", ())}
        mine = {other for other, row in table.items() if row[reference.on] == id}
        gone = mine & may & set(change.get("_remove", ()))
        if "_replace" in change:
            gone |= (mine & may) - wanted
        if gone and reference.model == "Comment":
            raise Refused(BAD_USER_INPUT)  # a comment can't be without its note
        for other in gone:
            table[other][reference.on] = None
        for other in wanted:
            table[other][reference.on] = id
        if not all(_may_write(world, caller, reference.model, table[other]) for other in wanted):
            raise Refused(FORBIDDEN)


def _set(world: World, caller: Caller, model: str, row: Row, values: Mapping[str, Any]) -> None:
    unique = UNIQUE.get(model)
    for name, value in values.items():
        if name in WRITABLE_ONLY or (name in RELATIONS[model] and RELATIONS[model][name].many):
            continue
        others = [other for other in world[model].values() if other["id"] != row["id"]]
        if name == unique and value in [other[name] for other in others]:
            raise Refused(CONFLICT)
        row[name] = value


def _create_one(world: World, caller: Caller, model: str, values: Mapping[str, Any]) -> None:
    _relate(world, caller, model, values)
    _links(world, caller, model, values)
    id = max(world[model], default=0) + 1000
    columns = next(iter(_COLUMNS[model]))
    row = dict.fromkeys(columns) | {"id": id}
    _set(world, caller, model, row, values)
    world[model][id] = row
    _link(world, caller, model, id, values)
    if not _may_write(world, caller, model, row):
        raise Refused(FORBIDDEN)


def _update_one(world: World, caller: Caller, model: str, id: int, values: Mapping[str, Any]) -> None:
    _relate(world, caller, model, values)
    _links(world, caller, model, values)
    row = world[model].get(id)
    if row is None or not _may_write(world, caller, model, row):
        raise Refused(NOT_FOUND)
    _set(world, caller, model, row, values)
    _link(world, caller, model, id, values)
    if not _may_write(world, caller, model, row):
        raise Refused(FORBIDDEN)


def _delete_one(world: World, caller: Caller, model: str, id: int) -> None:
    row = world[model].get(id)
    if row is None or not _may_write(world, caller, model, row):
        raise Refused(NOT_FOUND)
    if model == "Person" and any(note["owner"] == id for note in world["Note"].values()):
        raise Refused(CONFLICT)
    del world[model][id]
    if model == "Note":
        world["Comment"] = {key: one for key, one in world["Comment"].items() if one["note"] != id}
        for entry in world["Entry"].values():
            entry["note"] = None if entry["note"] == id else entry["note"]


def _create(world: World, caller: Caller, case: Case) -> list[int | None]:
    _check_names(caller, case)
    _check_right(caller, case.model)
    for values in case.items or [case.values]:
        _create_one(world, caller, case.model, values)
    return [None] * len(case.items or [case.values])


def _update(world: World, caller: Caller, case: Case) -> list[int | None]:
    _check_names(caller, case)
    _check_right(caller, case.model)
    assert case.id is not None
    _update_one(world, caller, case.model, case.id, case.values)
    return [case.id]


def _delete(world: World, caller: Caller, case: Case) -> list[int | None]:
    _check_names(caller, case)
    _check_right(caller, case.model)
    assert case.id is not None
    _delete_one(world, caller, case.model, case.id)
    return [case.id]


def _upsert(world: World, caller: Caller, case: Case) -> list[int | None]:
    _check_names(caller, case)
    _check_right(caller, case.model)
    assert case.unique_by is not None
    wanted = case.values[case.unique_by]
    rows = [
        row for id, row in sorted(world[case.model].items()) if _may_write(world, caller, case.model, row)
    ]
    found = [row["id"] for row in rows if row[case.unique_by] == wanted]
    if not found:
        _create_one(world, caller, case.model, case.values)
        return [None]
    _update_one(world, caller, case.model, found[0], case.values)
    return [found[0]]


def _selected(world: World, caller: Caller, case: Case) -> list[int]:
    """The rows that a filter finds: of those that the caller may both read and write."""
    _check_names(caller, case)
    _check_right(caller, case.model)
    rows = visible(world, caller, case.model)
    if isinstance(rows, str):
        raise Refused(rows)
    assert case.where is not None
    name, value = case.where
    return [row["id"] for row in rows if row[name] == value and _may_write(world, caller, case.model, row)]


def _update_many(world: World, caller: Caller, case: Case) -> list[int | None]:
    ids = _selected(world, caller, case)
    for id in ids:
        _update_one(world, caller, case.model, id, case.values)
    return list(ids)


def _delete_many(world: World, caller: Caller, case: Case) -> list[int | None]:
    ids = _selected(world, caller, case)
    for id in ids:
        _delete_one(world, caller, case.model, id)
    return list(ids)


_OPS: Mapping[str, Callable[[World, Caller, Case], list[int | None]]] = {
    "create": _create,
    "create_many": _create,
    "update": _update,
    "update_many": _update_many,
    "delete": _delete,
    "delete_many": _delete_many,
    "upsert": _upsert,
}
_COLUMNS = {
    model: [(*names, *(one.on for one in RELATIONS[model].values() if not one.many))]
    for model, names in FIELDS.items()
}


def seen(world: World, caller: Caller, model: str, id: int) -> bool:
    """Whether the caller sees a row that it has written: null is answered for others."""
    if not rules_of(READ, caller, model):
        return True  # then its id, and nothing else
    rows = visible(world, caller, model)
    return not isinstance(rows, str) and id in [row["id"] for row in rows]
