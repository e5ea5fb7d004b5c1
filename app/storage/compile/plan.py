"""A plan: the statements of a selection and the shape of its answer, compiled once and run with any values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.definition.conditions import Parameter
from app.storage.compile.own import Own
from app.storage.shape import Groups, GroupShape, Link, Page, Shape
from app.storage.work import Row, Statement, Work

Values = Sequence[Any]
Slot = Callable[[Values, Any], Any]


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement whose parameters come from the list of values, or are the ids of the level above."""

    sql: str
    slots: tuple[Slot, ...]

    def statement(self, values: Values, parents: Any = None) -> Statement:
        return Statement(self.sql, [slot(values, parents) for slot in self.slots])


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """One to-many level: one statement for the records of all parents, one more where they are counted."""

    place: int
    """Where the ids of the parents stand in the rows of the level above."""
    pack: Callable[[list[Any]], Any]
    find: Bound
    count: Bound | None
    shape: GroupShape
    children: tuple[LevelPlan, ...]

    def run(self, above: Sequence[Row], values: Values, link: Link | None) -> Work[Groups]:
        """The records of each parent, by the parent's id."""
        place = self.place
        groups: dict[Any, Any] = {row[place]: [] for row in above}
        groups.pop(None, None)
        if not groups:
            return groups
        parents = self.pack(list(groups))
        rows = yield self.find.statement(values, parents)
        levels = []
        for child in self.children:
            levels.append((yield from child.run(rows, values, link)))
        self.shape(rows, link, levels, groups)
        if self.count is None:
            return groups
        totals = {parent: total for parent, total in (yield self.count.statement(values, parents))}  # noqa: C416
        return {parent: Page(records, totals.get(parent, 0)) for parent, records in groups.items()}


@dataclass(frozen=True, slots=True)
class SummaryPlan:
    """What the records of one to-many relation come to: one statement for all parents."""

    place: int
    """Where the ids of the parents stand in the rows of the level above."""
    pack: Callable[[list[Any]], Any]
    find: Bound
    shape: GroupShape
    nothing: Any
    """The answer for parents without records."""

    def run(self, above: Sequence[Row], values: Values, link: Link | None) -> Work[Groups]:
        """An object for each parent, by the parent's id."""
        groups: dict[Any, Any] = {row[self.place]: [] for row in above}
        groups.pop(None, None)
        if not groups:
            return groups
        rows = yield self.find.statement(values, self.pack(list(groups)))
        self.shape(rows, link, (), groups)
        return {parent: found[0] if found else self.nothing for parent, found in groups.items()}


LevelPlan = ChildPlan | SummaryPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """What `compile_query` makes; good for any values and any number of works at once."""

    find: Bound
    count: Bound | None
    shape: Shape
    children: tuple[LevelPlan, ...]
    skip: Parameter | None
    take: Parameter | None
    own: tuple[Own, ...] | None = None
    """The columns of its rows, where all of them stand in the record's own row and every record is shown."""

    def run(self, values: Values, link: Link | None = None) -> Work[Page]:
        """The records; `values` are the selection's operands, `link` makes addresses of files.

        Takes one statement, one more for each to-many level that has parents, and one where records are counted.
        """
        rows = yield self.find.statement(values)
        levels: list[Groups] = []
        for child in self.children:
            levels.append((yield from child.run(rows, values, link)))
        records = self.shape(rows, link, levels)
        if self.count is None:
            return Page(records)
        total = self._known_total(len(records), values)
        if total is None:
            total = (yield self.count.statement(values))[0][0]
        return Page(records, total)

    def _known_total(self, found: int, values: Values) -> int | None:
        """The number of all records where a page that is not full tells it."""
        skipped = 0 if self.skip is None else values[self.skip.index] or 0
        most = None if self.take is None else values[self.take.index]
        full = most is not None and found >= most
        return None if full or (skipped and not found) else skipped + found


def slots(
    names: Sequence[str],
    operands: Mapping[str, tuple[int, Callable[[Any], Any]]],
    constants: Mapping[str, Any],
) -> tuple[Slot, ...]:
    """What fills the parameters with these names, in order; the one that is no operand takes the parents."""
    return tuple(_slot(name, operands, constants) for name in names)


def _slot(
    name: str, operands: Mapping[str, tuple[int, Callable[[Any], Any]]], constants: Mapping[str, Any]
) -> Slot:
    if name in constants:
        constant = constants[name]
        return lambda values, parents: constant
    if name not in operands:
        return lambda values, parents: parents
    index, convert = operands[name]
    return lambda values, parents: convert(values[index])


def pack_json(ids: list[int]) -> str:
    """Ids as SQLite takes a list."""
    return orjson.dumps(ids).decode()
