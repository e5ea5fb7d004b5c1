"""Foreign keys: the columns that refer to records of another model, or of the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ForeignKey

from app.definition.model import Application, Model, Relation
from app.definition.relations import inverse_of
from app.storage.columns import identifier
from app.storage.naming import constraint_name, reference_name, table_name

ON_DELETE = {"restrict": None, "cascade": "CASCADE", "clear": "SET NULL"}
"""`restrict` is the databases' own default, which looks at the end of a statement and not at each row."""


def reference(
    application: str,
    table: str,
    column: str,
    model: str,
    *,
    on_delete: str = "restrict",
    nullable: bool = True,
    primary_key: bool = False,
    info: dict[str, Any],
) -> Column[Any]:
    """A column of `table` that refers to the records of `model`."""
    key = ForeignKey(
        f"{table_name(application, model)}.id",
        name=constraint_name("fk", table, column),
        ondelete=ON_DELETE[on_delete],
        # Added when all tables are there, so models may refer to each other in circles.
        use_alter=True,
    )
    return Column(
        column, identifier(), key, nullable=nullable, primary_key=primary_key, autoincrement=False, info=info
    )


class References:
    """The foreign keys that the relations of an application stand in, join tables aside.

    Each belongs_to has one; so has a has_many or has_one that no belongs_to answers, on the other table.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._columns = {
            (model.name, relation.name): (self._table_of(model, relation), self._column(model, relation))
            for model, relation in self._relations()
            if relation.kind == "belongs_to" or self._answer(model, relation) is None
        }

    def of(self, model: Model, relation: Relation) -> Column[Any]:
        """The foreign key behind a relation of any kind but has_and_belongs_to_many."""
        answer = None if relation.kind == "belongs_to" else self._answer(model, relation)
        place = (model.name, relation.name) if answer is None else (relation.model, answer.name)
        return self._columns[place][1]

    def on(self, model: Model) -> list[Column[Any]]:
        """All foreign keys of a model's table."""
        return [column for table, column in self._columns.values() if table == model.name]

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
                if relation.kind != "has_and_belongs_to_many":
                    yield model, relation

    def _answer(self, model: Model, relation: Relation) -> Relation | None:
        return inverse_of(self._application.models, model.name, relation)

    def _table_of(self, model: Model, relation: Relation) -> str:
        return model.name if relation.kind == "belongs_to" else relation.model

    def _column(self, model: Model, relation: Relation) -> Column[Any]:
        here = relation.kind == "belongs_to"
        name, *former = _names_ever(model, relation)
        return reference(
            self._application.name,
            table_name(self._application.name, self._table_of(model, relation)),
            name,
            relation.model if here else model.name,
            on_delete=relation.on_delete,
            nullable=not relation.required,
            info={"words": f"{model.name}.{relation.name}", "was": tuple(former)},
        )


def _names_ever(model: Model, relation: Relation) -> list[str]:
    """What the relation's column is called, and then what it may have been called before."""
    names = [name for name in (relation.name, relation.was) if name]
    if relation.kind == "belongs_to":
        return [reference_name(name) for name in names]
    owners = [owner for owner in (model.name, model.was) if owner]
    return [reference_name(f"{owner} {name}") for owner in owners for name in names]
