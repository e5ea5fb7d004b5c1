"""What stands where: the values of a definition as they were written, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
