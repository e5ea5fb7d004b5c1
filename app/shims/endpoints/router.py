"""Finds the operation for a path and method, in a tree of path segments that is made once for each definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.shims.endpoints.operations import VARIABLE, Operation


@dataclass(slots=True)
class _Node:
    fixed: dict[str, _Node] = field(default_factory=dict)
    variable: _Node | None = None
    methods: dict[str, Operation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A path that is served: its operations by method, and what stands in place of its variables."""

    methods: Mapping[str, Operation]
    parts: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The methods, as the header `Allow` lists them."""
        known = {*self.methods, "HEAD"} if "GET" in self.methods else {*self.methods}
        return ", ".join(sorted(known))

    def variables(self, operation: Operation) -> dict[str, str]:
        """What stands in place of the operation's path variables."""
        return dict(zip(VARIABLE.findall(operation.path), self.parts, strict=True))


class Router:
    """The operations of one application."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            node = self._root
            for segment in operation.path.split("/")[1:]:
                node = _below(node, segment)
            node.methods[operation.method] = operation

    def find(self, path: str) -> Found | None:
        """What is served under a path; words come before variables, and no variable is empty."""
        return _find(self._root, path.split("/")[1:], 0, ())


def _below(node: _Node, segment: str) -> _Node:
    if not VARIABLE.fullmatch(segment):
        return node.fixed.setdefault(segment, _Node())
    if node.variable is None:
        node.variable = _Node()
    return node.variable


def _find(node: _Node, segments: list[str], place: int, parts: tuple[str, ...]) -> Found | None:
    if place == len(segments):
        return Found(node.methods, parts) if node.methods else None
    segment = segments[place]
    fixed = node.fixed.get(segment)
    found = None if fixed is None else _find(fixed, segments, place + 1, parts)
    if found is None and node.variable is not None and segment:
        found = _find(node.variable, segments, place + 1, (*parts, segment))
    return found
