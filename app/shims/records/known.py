"""Lists that were asked for by a query string before, which need not be read from it again."""

from __future__ import annotations

from dataclasses import dataclass

from app.resolvers.listing import Prepared
from app.shims.records.parameters import Asked

MOST_LISTS = 500
"""Kept at once: what is asked comes from callers."""
MOST_BYTES = 2_000
"""Of a query string that is kept."""
Key = tuple[str, bytes, frozenset[str]]
"""The model, the query string and the caller's roles: in one generation, a list depends on nothing else."""


@dataclass(frozen=True, slots=True)
class FoundList:
    """What was asked, and what reads it for callers with the same roles."""

    asked: Asked
    prepared: Prepared


class KnownLists:
    """The lists of one application generation; only those that could be read, so that errors are never kept."""

    def __init__(self) -> None:
        self._lists: dict[Key, FoundList] = {}

    def __len__(self) -> int:
        return len(self._lists)

    def get(self, key: Key) -> FoundList | None:
        """The list, or None where it is not known."""
        return self._lists.get(key)

    def keep(self, key: Key, found: FoundList) -> None:
        """Keeps a list; when there are too many, all others go."""
        if len(key[1]) > MOST_BYTES:
            return
        if len(self._lists) >= MOST_LISTS:
            self._lists.clear()
        self._lists[key] = found
