"""What to do about the indexes of one table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Index

from app.storage.naming import INDEX_PREFIXES
from app.storage.plan import counted
from app.storage.table_change import TableChange


class IndexComparison:
    """Adds to the plan of `change` what becomes of indexes; `found` are the columns that are there."""

    def __init__(self, change: TableChange, found: Collection[str]) -> None:
        self._change = change
        self._found = found
        self._dropped: set[str] = set()
        self._made: set[str | None] = set()

    def create(self, index: Index) -> None:
        names = [column.name for column in index.columns]
        words = " with ".join(map(self._change.words, names))
        if index.unique and (doubled := self._doubled(names)):
            self._change.refuses(
                f"{words} is unique now, but several records share {counted(doubled, 'value')}"
            )
            return
        self._make(index)
        self._change.does(
            "create_index", f"makes {words} unique" if index.unique else f"makes an index of {words}"
        )

    def _make(self, index: Index) -> None:
        if index.name in self._made:
            return
        self._made.add(index.name)
        unique, name, options = bool(index.unique), str(index.name), dict(index.dialect_kwargs)
        names = [column.name for column in index.columns]
        self._change.plan.after.append(
            lambda do: do.create_index(name, self._change.name, names, unique=unique, **options)
        )

    def make_anew(self, index: Index) -> None:
        """Has an index stand aside while values of its column are converted."""
        name, there = str(index.name), self._change.facts.indexes(self._change.name)
        if name in there and name not in self._dropped:
            self._dropped.add(name)
            self._change.plan.before.insert(0, lambda do: do.drop_index(name, self._change.name))
            self._make(index)

    def _doubled(self, names: Sequence[str]) -> int:
        """How many values would stand twice; a new column has its default everywhere, else nothing."""
        added = [self._change.table.c[name] for name in names if name not in self._found]
        if any(column.nullable for column in added):
            return 0
        there = [name for name in names if name in self._found]
        if there:
            return self._change.facts.doubled(self._change.name, there)
        return int(self._change.facts.rows(self._change.name) > 1)

    def drop(self, name: str, *, forced: bool = False) -> None:
        ours = name.startswith(INDEX_PREFIXES)
        if name in self._dropped or not (ours or forced):
            return
        self._dropped.add(name)
        self._change.plan.before.insert(0, lambda do: do.drop_index(name, self._change.name))
        self._change.does("drop_index", f"drops the index {name}")
