"""What stands where: the values of a definition as they were written, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.errors import Problem

Path = tuple[str | int, ...]
Scalar = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: the line of its key, or of the list's item."""

    place: Place
    value: Scalar | dict[str, Node] | list[Node]

    def data(self) -> Any:
        """The plain value: dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.data() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.data() for child in self.value]
        return self.value

    def child(self, key: str | int) -> Node | None:
        """What stands under a key or at a place of a list; None when there is nothing."""
        if isinstance(self.value, dict):
            return self.value.get(key) if isinstance(key, str) else None
        if isinstance(self.value, list) and isinstance(key, int):
            return self.value[key] if 0 <= key < len(self.value) else None
        return None


@dataclass(frozen=True, slots=True)
class Outline:
    """Where the larger parts of a definition stand; small enough to be kept with what is served."""

    files: frozenset[str] = frozenset()
    """All that it was read from, functions too."""
    places: Mapping[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place | None:
        """Where `path` stands, or as much of it as is known; None for one that nobody wrote."""
        for length in range(len(path), 1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return None


_OUTLINED: Mapping[str, frozenset[str]] = {
    "actions": frozenset({"allow", "triggers"}),
    "models": frozenset({"read", "write"}),
    "endpoints": frozenset(),
    "api_generator": frozenset(),
}
"""The sections of an outline, and what of their parts it shows line by line."""


@dataclass(frozen=True, slots=True)
class Source:
    """A definition as it was written; `revision` changes with every change of its files."""

    root: Node
    files: tuple[str, ...]
    revision: str
    functions: tuple[str, ...] = ()
    """The files of Python functions beside them, which `app.functions` reads."""

    def written(self, path: Iterable[str | int]) -> Path:
        """The parts of `path` that an author wrote; names that validation put between are left out."""
        node, kept = self.root, []
        for key in path:
            child = node.child(key)
            if child is not None:
                node = child
                kept.append(key)
        return tuple(kept)

    def place(self, path: Iterable[str | int]) -> Place:
        """Where `path` stands, or as much of it as was written."""
        node = self.root
        for key in self.written(path):
            node = node.child(key) or node
        return node.place

    def problem(self, path: Path, message: str) -> Problem:
        """A problem at `path` as it was written, with its file and line."""
        place = self.place(path)
        return Problem(place.file, place.line, path_text(self.written(path)), message)

    def outline(self) -> Outline:
        """Where actions, models and endpoints stand, and what says who may use them."""
        places = dict(_outlined(self.root))
        return Outline(frozenset([*self.files, *self.functions]), places)


def _outlined(root: Node) -> Iterator[tuple[Path, Place]]:
    for section, shown in _OUTLINED.items():
        for name, part in _entries(root.child(section)):
            yield (section, name), part.place
            for key, rule in _entries(part):
                if key not in shown:
                    continue
                yield (section, name, key), rule.place
                yield from (((section, name, key, one), node.place) for one, node in _entries(rule))


def _entries(node: Node | None) -> Iterator[tuple[str, Node]]:
    if node is not None and isinstance(node.value, dict):
        yield from node.value.items()


def path_text(path: Iterable[str | int]) -> str:
    """`actions.Upload file.steps[1].find.where`, as problems show a path."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        text += f".{part}" if text else part
    return text


def without(data: Mapping[str, Any], parts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The data of a definition without some of its named parts, `("models", "Media")`, or keys, `("colour", "")`."""
    left = {key: dict(value) if isinstance(value, Mapping) else value for key, value in data.items()}
    for section, name in parts:
        if name:
            left[section].pop(name, None)
        else:
            left.pop(section, None)
    return left
