"""What stands at which path: a tree of segments that is made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Node(Generic[T]):
    fixed: dict[str, _Node[T]] = field(default_factory=dict)
    variable: _Node[T] | None = None
    here: T | None = None
    rest: T | None = None


class Paths(Generic[T]):
    """Things by their paths.

    `{name}` stands for one segment, which is not empty, and `{name:path}` at the end for all that is left, even
    nothing. Words come before variables, and these before what is left.
    """

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._words: dict[str, T] = {}

    def at(self, path: str, make: Callable[[], T]) -> T:
        """The thing at a path, made where there is none yet; how variables are called makes no difference."""
        *segments, last = path.split("/")[1:]
        node = self._root
        for segment in segments:
            node = _below(node, segment)
        if last.endswith(":path}"):
            node.rest = make() if node.rest is None else node.rest
            return node.rest
        node = _below(node, last)
        node.here = make() if node.here is None else node.here
        if "{" not in path:
            self._words[path] = node.here
        return node.here

    def find(self, path: str) -> tuple[T, tuple[str, ...]] | None:
        """The thing that a path leads to, and what stands in place of its variables."""
        word = self._words.get(path)
        if word is not None:
            return word, ()
        return _find(self._root, path.split("/")[1:], 0, ())


def _below(node: _Node[T], segment: str) -> _Node[T]:
    if not (segment.startswith("{") and segment.endswith("}")):
        return node.fixed.setdefault(segment, _Node())
    if node.variable is None:
        node.variable = _Node()
    return node.variable


def _find(
    node: _Node[T], segments: list[str], place: int, parts: tuple[str, ...]
) -> tuple[T, tuple[str, ...]] | None:
    found = None
    if place == len(segments):
        return None if node.here is None else (node.here, parts)
    segment = segments[place]
    below = node.fixed.get(segment)
    if below is not None:
        found = _find(below, segments, place + 1, parts)
    if found is None and node.variable is not None and segment:
        found = _find(node.variable, segments, place + 1, (*parts, segment))
    if found is None and node.rest is not None:
        found = node.rest, (*parts, "/".join(segments[place:]))
    return found
