"""Foreign keys: the columns that refer to records of another model, or of the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ForeignKey

from app.definition.model import Application, Model, Relation
from app.definition.relations import InverseError, inverse_of
from app.storage.columns import identifier
from app.storage.naming import Names, constraint_name, reference_name

ON_DELETE = {"restrict": None, "cascade": "CASCADE", "clear": "SET NULL"}
"""`restrict` is the databases' own default, which looks at the end of a statement and not at each row."""


def reference(
    table: str,
    column: str,
    target: str,
    *,
    on_delete: str = "restrict",
    nullable: bool = True,
    primary_key: bool = False,
    info: dict[str, Any],
) -> Column[Any]:
    """A column of `table` that refers to the records in the table `target`."""
    key = ForeignKey(
        f"{target}.id",
        name=constraint_name("fk", table, column),
        ondelete=ON_DELETE[on_delete],
        # Added when all tables are there, so models may refer to each other in circles.
        use_alter=True,
    )
    return Column(
        column, identifier(), key, nullable=nullable, primary_key=primary_key, autoincrement=False, info=info
    )


class References:
    """The foreign keys of an application's relations, join tables aside: one for each belongs_to."""

    def __init__(self, application: Application, names: Names) -> None:
        self._application = application
        self._names = names
        self._columns = {
            (model.name, relation.name): self._column(model, relation)
            for model, relation in self._relations()
            if relation.kind == "belongs_to"
        }

    def of(self, model: Model, relation: Relation) -> Column[Any]:
        """The foreign key behind a relation of any kind but has_and_belongs_to_many.

        Raises `InverseError` for a has_many or has_one that no belongs_to answers.
        """
        if relation.kind == "belongs_to":
            return self._columns[model.name, relation.name]
        answer = inverse_of(self._application.models, model.name, relation)
        if answer is None:
            raise InverseError(f"no belongs_to of {relation.model} answers {model.name}.{relation.name}")
        return self._columns[relation.model, answer.name]

    def on(self, model: Model) -> list[Column[Any]]:
        """All foreign keys of a model's table."""
        return [column for (owner, _), column in self._columns.items() if owner == model.name]

    def held_once(self, model: Model) -> list[Column[Any]]:
        """The foreign keys of a model's table that a has_one reads: no two records may hold the same."""
        return [
            self.of(owner, relation)
            for owner, relation in self._relations()
            if relation.kind == "has_one" and relation.model == model.name
        ]

    def _relations(self) -> Iterator[tuple[Model, Relation]]:
        for model in self._application.models.values():
            for relation in model.relations.values():
                yield model, relation

    def _column(self, model: Model, relation: Relation) -> Column[Any]:
        was = () if relation.was is None else (reference_name(relation.was),)
        return reference(
            self._names.table(model.name),
            self._names.reference(model.name, relation.name),
            self._names.table(relation.model),
            on_delete=relation.on_delete,
            nullable=not relation.required,
            info={"words": f"{model.name}.{relation.name}", "was": was},
        )
