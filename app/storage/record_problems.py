"""What can be wrong with a record that its values alone do not show: the model's validations, and what is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import BadInput, Conflict
from app.expressions import EvaluationError, is_true
from app.permissions import Grant
from app.storage.record_input import Problems
from app.storage.tables import ModelTable
from app.storage.work import UniqueViolated


class Taken(Conflict):
    """A unique value is taken; `fields` maps each name to `is_taken`."""

    def __init__(self, message: str, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(message)
        self.fields = dict(fields)


def check_validations(table: ModelTable, scope: Mapping[str, Any]) -> None:
    """Raises `BadInput` with the message of every validation that does not hold."""
    problems = Problems()
    for validation in table.model.validations:
        try:
            holds = is_true(validation.expression.evaluate(scope))
        except EvaluationError:
            holds = False
        if not holds:
            problems.add("", "is_invalid", validation.message.rstrip("."))
    if problems.fields:
        raise BadInput(". ".join(problems.sentences) + ".", problems.fields)


def taken(grant: Grant, table: ModelTable, violated: UniqueViolated) -> Conflict:
    """The error for a unique value that another record has; it names no property that the grant does not."""
    named = {column.name: name for name, column in table.columns.items()}
    named |= {
        relation.column.name: name
        for name, relation in table.relations.items()
        if relation.column is not None
    }
    names = [named.get(column, "") for column in violated.columns]
    if violated.table != table.table.name or not names or not grant.names.issuperset(names):
        return Conflict("A unique value is already taken.")
    words = f"{names[0]} is" if len(names) == 1 else f"{', '.join(names)} are together"
    return Taken(f"{words} already taken.", {name: ["is_taken"] for name in names})
