"""What is decided about one table, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alembic.operations import BatchOperations
from sqlalchemy import Dialect, Table
from sqlalchemy.types import TypeEngine

from app.storage.facts import Facts
from app.storage.plan import Change, ChangeKind, Plan


@dataclass(frozen=True, slots=True)
class TableChange:
    """A table as it is to be, what is known of it as it is, and the plan that its changes go into."""

    table: Table
    facts: Facts
    plan: Plan
    dialect: Dialect

    @property
    def name(self) -> str:
        """The table's."""
        return self.table.name

    def words(self, column: str) -> str:
        return str(self.table.c[column].info.get("words", f"{self.name}.{column}"))

    def type_name(self, kind: TypeEngine[Any]) -> str:
        return kind.compile(dialect=self.dialect)

    def rebuilds(self, step: Callable[[BatchOperations], None]) -> None:
        self.plan.rebuilds.setdefault(self.name, []).append(step)

    def does(self, kind: ChangeKind, text: str, losing: int = 0) -> None:
        self.plan.changes.append(Change(kind, self.name, text, losing))

    def refuses(self, text: str) -> None:
        self.plan.refusals.append(text)
