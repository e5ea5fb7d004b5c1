"""What a caller wants to read, in words that no protocol owns: GraphQL, REST and steps all build these.

A selection is a hashable shape: operands are `Parameter`s, their values travel beside it. Every level carries
the rows its grant lets through, so a compiled plan cannot forget them; `granted` is how a level is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.definition.conditions import Condition, Parameter, both, shift
from app.definition.model import Model
from app.permissions import Grant

Direction = Literal["asc", "desc"]


@dataclass(frozen=True, slots=True)
class Source:
    """One model as one grant shows it: its readable names and its row filter. Made by `granted` alone."""

    model: str
    names: frozenset[str]
    rows: Condition | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One property in the answer, under `key`. `parts` names the sub-fields wanted of a file or image."""

    key: str
    property: str
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """A fixed value in the answer, such as `__typename`."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class One:
    """A to-one relation in the answer: an object or null."""

    key: str
    relation: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class Many:
    """A to-many relation in the answer: a list with its own filter, order and page."""

    key: str
    relation: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class Summary:
    """What the records of a to-many relation come to together: an object, also where there are none."""

    key: str
    relation: str
    aggregates: Aggregates


Field = Leaf | Constant | One | Many | Summary


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of an order: a property, reached over to-one relations by `path`.

    `sources` are the models along the path as the caller may read them; without them only relations that are in
    the answer, too, can be sorted by.
    """

    property: str
    direction: Direction = "asc"
    path: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """Records of one model: which of them, in which order, and what of each. Ties are ordered by id."""

    source: Source
    fields: tuple[Field, ...]
    where: Condition | None = None
    sort: tuple[Sort, ...] = ()
    skip: Parameter | None = None
    take: Parameter | None = None
    count: bool = False
    """Whether the number of all matching records, whatever the page, is wanted too."""

    def counted(self) -> Selection:
        """The same with the number of all matching records."""
        return replace(self, count=True)


Function = Literal["count", "sum", "avg", "min", "max"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of records, or what the values of one property come to.

    What has no value is left out. Of no values the sum is 0, the other figures are null. An average has six digits
    more than the property, half rounded up.
    """

    key: str
    function: Function
    property: str | None = None
    """None: the records themselves are counted."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Figures under a key of their own."""

    key: str
    parts: tuple[Part, ...]


Part = Figure | Leaf | Constant | Bundle
"""Leaves are properties that are grouped by."""


@dataclass(frozen=True, slots=True)
class Aggregates:
    """What records of one model come to: one object for all of them, or with `by` one for each group.

    Groups are ordered by their values, nulls last; a page is one of groups.
    """

    source: Source
    parts: tuple[Part, ...]
    where: Condition | None = None
    by: tuple[str, ...] = ()
    skip: Parameter | None = None
    take: Parameter | None = None


Query = Selection | Aggregates
"""What a caller can ask of one model."""


class Values:
    """Collects operands while a selection is built, and hands out their places."""

    def __init__(self) -> None:
        self._items: list[Any] = []

    def add(self, value: Any) -> Parameter:
        """The place of one more operand."""
        self._items.append(value)
        return Parameter(len(self._items) - 1)

    def extend(self, condition: Condition | None, values: Sequence[Any]) -> Condition | None:
        """A condition that has its own list of values, made part of this one."""
        by = len(self._items)
        self._items.extend(values)
        return None if condition is None else shift(condition, by)

    @staticmethod
    def after(values: Sequence[Any]) -> Parameter:
        """The place of one operand behind these."""
        return Parameter(len(values))

    def done(self) -> tuple[Any, ...]:
        """All operands, in order."""
        return tuple(self._items)


def granted(grant: Grant, values: Values) -> Source:
    """The model as `grant` shows it; its row filter's operands join `values`."""
    return Source(grant.model, grant.names, values.extend(grant.rows, grant.values))


def whole(model: Model, names: frozenset[str]) -> tuple[Field, ...]:
    """Everything of a record that stands in its own row: its properties, and `{id}` of what it belongs to."""
    own = tuple(Leaf(name, name) for name in model.all_properties if name in names)
    parents = tuple(
        One(name, name, Selection(Source(relation.model, _ID, None), (Leaf("id", "id"),)))
        for name, relation in model.relations.items()
        if relation.kind == "belongs_to" and name in names
    )
    return own + parents


_ID = frozenset({"id"})

__all__ = [
    "Aggregates",
    "Bundle",
    "Constant",
    "Direction",
    "Field",
    "Figure",
    "Function",
    "Leaf",
    "Many",
    "One",
    "Part",
    "Query",
    "Selection",
    "Sort",
    "Source",
    "Summary",
    "Values",
    "both",
    "granted",
    "whole",
]
