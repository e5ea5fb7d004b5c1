"""Finds the operation for a path and method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.edge.paths import Paths
from app.shims.endpoints.operations import VARIABLE, Operation


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
        self._paths: Paths[dict[str, Operation]] = Paths()
        for operation in operations:
            self._paths.at(operation.path, dict)[operation.method] = operation

    def find(self, path: str) -> Found | None:
        """What is served under a path; words come before variables, and no variable is empty."""
        found = self._paths.find(path)
        return None if found is None else Found(*found)
