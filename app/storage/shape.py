"""Makes answers of rows: nested dicts as a selection asks, by one comprehension that is written for each plan.

Where values stand in a row is known when a plan is compiled, so nothing is looked up by name and nothing is asked
about a value's type while rows are shaped. The comprehension is Python's own source, made of positions, captured
values and the quoted keys of the selection alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.storage.work import Row

Convert = Callable[[Any], Any]
Link = Callable[[str], str]
"""Makes the address of a stored file from its reference."""


@dataclass(frozen=True, slots=True)
class Page:
    """The records of one page, and how many there are on all pages if that was asked for."""

    records: list[Any]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of one column; `convert` is not given nulls."""

    place: int
    convert: Convert | None = None


@dataclass(frozen=True, slots=True)
class ScaledCell:
    """An integer that stands for itself divided by `divisor`.

    A quotient of up to 15 digits is that very number as a float, which costs nothing to write; `exact` makes others.
    """

    place: int
    divisor: int
    exact: Convert


@dataclass(frozen=True, slots=True)
class FileCell:
    """A file's reference as an object with some of its `name` and `url`."""

    place: int
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that is the same in every record."""

    value: Any


@dataclass(frozen=True, slots=True)
class Computed:
    """What a function makes of some values of the record."""

    function: Callable[[Mapping[str, Any]], Any]
    inputs: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Object:
    """A record; null where the column at `present` is."""

    entries: tuple[tuple[str, Node], ...]
    present: int | None = None


@dataclass(frozen=True, slots=True)
class Children:
    """The records of to-many level `level` whose parent's id stands at `place`."""

    level: int
    place: int


Node = Cell | ScaledCell | FileCell | Fixed | Computed | Object | Children
Groups = Mapping[Any, Any]
"""For each id of a parent its list of records, or its `Page` if they are counted."""

Shape = Callable[[Sequence[Row], Link | None, Sequence[Groups]], list[Any]]
GroupShape = Callable[[Sequence[Row], Link | None, Sequence[Groups], Mapping[Any, list[Any]]], Any]


def list_shape(node: Node, width: int) -> Shape:
    """A function that makes a list of rows of `width` columns."""
    shape: Shape = _Source().function("rows, link, levels", "[", node, "]", width)
    return shape


def group_shape(node: Node, width: int) -> GroupShape:
    """A function that adds what it makes of each row to the list of the group that the first column names."""
    arguments = "rows, link, levels, groups"
    shape: GroupShape = _Source().function(arguments, "[groups[r0].append(", node, ")]", width)
    return shape


class _Source:
    def __init__(self) -> None:
        self._captured: dict[str, Any] = {"file_name": _file_name}
        self._levels: set[int] = set()

    def function(self, arguments: str, before: str, node: Node, after: str, width: int) -> Any:
        cells = "".join(f"r{place}, " for place in range(width))
        call, end = after[:-1], after[-1]
        body = f"{before}{self._expression(node)}{call} for {cells} in rows{end}"
        for level in sorted(self._levels):
            body = f"(lambda l{level}: {body})(levels[{level}])"
        source = f"lambda {arguments}: {body}"
        return eval(compile(source, "<shape>", "eval"), self._captured)  # noqa: S307

    def _expression(self, node: Node) -> str:
        match node:
            case Cell(place, None):
                return f"r{place}"
            case Cell(place, convert):
                return f"(None if r{place} is None else {self._capture(convert)}(r{place}))"
            case ScaledCell(place, divisor, exact):
                quotient = f"r{place} / {divisor} if -{_EXACT} < r{place} < {_EXACT}"
                return f"(None if r{place} is None else {quotient} else {self._capture(exact)}(r{place}))"
            case FileCell(place, parts):
                entries = [(key, _FILE_PARTS[part].format(place)) for key, part in parts]
                return f"(None if r{place} is None else {_literal(entries)})"
            case Fixed(value):
                return self._capture(value)
            case Computed(function, inputs):
                return f"{self._capture(function)}({self._entries(inputs)})"
            case Object(entries, None):
                return self._entries(entries)
            case Object(entries, present):
                return f"(None if r{present} is None else {self._entries(entries)})"
            case Children(level, place):
                self._levels.add(level)
                return f"l{level}[r{place}]"

    def _entries(self, entries: Sequence[tuple[str, Node]]) -> str:
        return _literal([(key, self._expression(node)) for key, node in entries])

    def _capture(self, value: Any) -> str:
        name = f"c{len(self._captured)}"
        self._captured[name] = value
        return name


_EXACT = 10**15
"""Integers below this have at most 15 digits."""

_FILE_PARTS = {"name": "file_name(r{})", "url": "link(r{})"}


def _literal(entries: Sequence[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key!r}: {expression}" for key, expression in entries) + "}"


def _file_name(reference: str) -> str:
    return reference.partition("/")[2]
