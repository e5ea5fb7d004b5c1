"""A cache that a stream of things never asked for before cannot empty of what is asked for again and again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_NEWCOMERS_SHARE = 4


class Shelves(Generic[K, V]):
    """Values by key, bounded by number and by memory, on two shelves.

    What was asked for once is a newcomer, and only what was asked for again becomes a regular. Newcomers push out
    other newcomers, and regulars that leave become newcomers once more.
    """

    def __init__(self, max_count: int, max_weight: int) -> None:
        self._newcomers: _Shelf[K, V] = _Shelf(max_count // _NEWCOMERS_SHARE, max_weight // _NEWCOMERS_SHARE)
        self._regulars: _Shelf[K, V] = _Shelf(
            max_count - self._newcomers.max_count, max_weight - self._newcomers.max_weight
        )

    def __len__(self) -> int:
        return len(self._newcomers.entries) + len(self._regulars.entries)

    @property
    def weight(self) -> int:
        """The memory of what is kept, in bytes, about."""
        return self._newcomers.weight + self._regulars.weight

    def get(self, key: K) -> V | None:
        """The value with this key, which is a regular from now on."""
        known = self._regulars.entries.get(key)
        if known is not None:
            self._regulars.entries.move_to_end(key)
            return known[0]
        found = self._newcomers.pop(key)
        if found is None:
            return None
        for old, (value, weight) in self._regulars.add(key, *found):
            self._newcomers.add(old, value, weight)
        return found[0]

    def add(self, key: K, value: V, weight: int) -> None:
        """Keeps a new value as a newcomer, unless it is heavier than all newcomers may be."""
        self._newcomers.add(key, value, weight)


@dataclass(slots=True)
class _Shelf(Generic[K, V]):
    """Values and their weights in the order of their last use."""

    max_count: int
    max_weight: int
    weight: int = 0
    entries: OrderedDict[K, tuple[V, int]] = field(default_factory=OrderedDict)

    def pop(self, key: K) -> tuple[V, int] | None:
        found = self.entries.pop(key, None)
        self.weight -= found[1] if found else 0
        return found

    def add(self, key: K, value: V, weight: int) -> list[tuple[K, tuple[V, int]]]:
        """Keeps the value and gives back those that have to leave for it, itself perhaps."""
        self.pop(key)
        self.entries[key] = (value, weight)
        self.weight += weight
        left = []
        while len(self.entries) > self.max_count or self.weight > self.max_weight:
            oldest = self.entries.popitem(last=False)
            self.weight -= oldest[1][1]
            left.append(oldest)
        return left
