"""Draws the outline of an application from the tables of a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import types

from app.checks.names import made_of_model
from app.definition.names import snake
from app.intake import names as naming
from app.intake.choices import Choices
from app.intake.english import plural
from app.intake.found import Found, FoundColumn, FoundReference, FoundTable, TableName
from app.intake.kinds import LeftOut, default_of, kind_of, limits_of
from app.intake.outline import Outline, PlannedJoin, PlannedModel, PlannedProperty, PlannedRelation
from app.properties import KINDS
from app.properties.base import Constraints

_MOMENTS = ("created_at", "updated_at")
_ON_DELETE = {"CASCADE": "cascade", "SET NULL": "clear"}


def draw(found: Found, application: str, choices: Choices) -> Outline:
    """The application that holds what the tables hold."""
    return _Drawing(found, application, choices).drawn()


class _Drawing:
    def __init__(self, found: Found, application: str, choices: Choices) -> None:
        self._found = found
        self._application = application
        self._choices = choices
        self._tables = {name: table for name, table in found.tables.items() if name not in choices.tables}
        referred = {one.to for table in self._tables.values() for one in self._references(table)}
        self._pairs = {
            name: table
            for name, table in self._tables.items()
            if name not in referred and self._is_join(table)
        }
        given = naming.model_names()
        self._names = {
            name: given.give(naming.model_name(application, name.name), made_of_model)
            for name in self._tables
            if name not in self._pairs
        }
        self._administrator = given.give("Administrator", made_of_model)
        self._members = {name: naming.member_names() for name in self._names}

    def drawn(self) -> Outline:
        models = {name: self._model(name) for name in self._names}
        for name, model in models.items():
            self._add_inverses(name, model, models)
        joins = [self._join(table, models) for table in self._pairs.values()]
        notes = [f"the view {name} is left out" for name in self._found.views]
        notes += [
            f"the table {name} is left out, as you asked" for name in sorted(map(str, self._choices.tables))
        ]
        return Outline(self._application, [*models.values()], joins, self._administrator, notes)

    def _references(self, table: FoundTable) -> Iterator[FoundReference]:
        """The foreign keys that lead to a table that is taken, by columns that are, in the order of these."""
        order = [*table.columns]
        for one in sorted(table.references, key=lambda one: order.index(one.columns[0])):
            to = self._tables.get(one.to)
            if to is None or any((table.name, column) in self._choices.columns for column in one.columns):
                continue
            columns = one.to_columns or to.primary_key
            if len(columns) == len(one.columns):
                yield replace(one, to_columns=tuple(columns))

    def _is_join(self, table: FoundTable) -> bool:
        references = [*self._references(table)]
        if len(references) != 2 or any(one.to == table.name for one in references):
            return False
        columns = [column for one in references for column in one.columns]
        pair = set(columns)
        held_once = any(pair == set(key) for key in (table.primary_key, *table.unique))
        return held_once and len(pair) == len(columns) and pair == set(table.columns)

    def _model(self, name: TableName) -> PlannedModel:
        table = self._tables[name]
        model = PlannedModel(self._names[name], table, self._id_column(table), _moments(table))
        references = [*self._references(table)]
        model.notes += [
            f"{', '.join(one.columns)}: the table {one.to}, which it refers to, is not taken"
            for one in table.references
            if not any(one.columns == other.columns for other in references)
        ]
        alone = {one.columns[0]: one for one in references if len(one.columns) == 1}
        for column in table.columns.values():
            if column.name in alone:
                self._add_parent(model, alone[column.name])
            elif column.name != model.id and column.name not in model.moments.values():
                self._add_property(model, column)
        for one in references:
            if alone.get(one.columns[0]) is not one:
                self._add_parent(model, one)
        _add_checks(model)
        _add_keys(model)
        model.notes += table.notes
        return model

    def _id_column(self, table: FoundTable) -> str | None:
        if len(table.primary_key) != 1 or (table.name, table.primary_key[0]) in self._choices.columns:
            return None
        column = table.columns[table.primary_key[0]]
        return column.name if isinstance(column.type, types.Integer) else None

    def _add_property(self, model: PlannedModel, column: FoundColumn) -> None:
        place = (model.table.name, column.name)
        if place in self._choices.columns:
            model.notes.append(f"{column.name}: left out, as you asked")
            return
        try:
            taken = kind_of(column, self._choices.kinds.get(place))
        except LeftOut as reason:
            model.notes.append(f"{column.name}: left out, since it {reason}")
            return
        name = self._members[model.table.name].give(naming.member_name(column.name), naming.made_of_property)
        made = PlannedProperty(name, column, taken.kind, dict(taken.options))
        for problem in _problems(made, {}):
            model.notes.append(f"{column.name}: left out, since {problem}")
            return
        made.notes += [taken.note] if taken.note else []
        if not column.nullable or column.name in model.table.primary_key:
            made.options["required"] = True
        if column.default is not None and column.default.upper() != "NULL":
            _add_default(made, column.default)
        model.properties.append(made)

    def _add_parent(self, model: PlannedModel, reference: FoundReference) -> None:
        wanted = naming.relation_name(reference.columns, reference.to.name)
        name = self._members[model.table.name].give(wanted, naming.made_of_relation)
        options: dict[str, Any] = {}
        if not any(model.table.columns[column].nullable for column in reference.columns):
            options["required"] = True
        on_delete = _ON_DELETE.get(reference.on_delete)
        if on_delete == "cascade" or (on_delete and "required" not in options):
            options["on_delete"] = on_delete
        model.relations.append(
            PlannedRelation(name, "belongs_to", self._names[reference.to], options, reference)
        )

    def _add_inverses(
        self, name: TableName, model: PlannedModel, models: Mapping[TableName, PlannedModel]
    ) -> None:
        """The other side of each foreign key of a table."""
        keys = {frozenset(key) for key in (model.table.primary_key, *model.table.unique) if key}
        for relation in model.parents:
            assert relation.reference is not None
            alike = [one for one in model.parents if one.model == relation.model]
            once = frozenset(relation.reference.columns) in keys
            wanted = naming.member_name(model.name if once else plural(snake(model.name)))
            if relation is not alike[0]:
                wanted = f"{relation.name[:24]}_{wanted[:24]}"
            owner = relation.reference.to
            made = PlannedRelation(
                self._members[owner].give(wanted, naming.made_of_relation),
                "has_one" if once else "has_many",
                model.name,
                {"inverse": relation.name} if len(alike) > 1 else {},
            )
            models[owner].relations.append(made)

    def _join(self, table: FoundTable, models: Mapping[TableName, PlannedModel]) -> PlannedJoin:
        near, far = self._references(table)
        owner, target = models[near.to], models[far.to]
        name = self._give_many(near.to, far)
        owner.relations.append(PlannedRelation(name, "has_and_belongs_to_many", target.name))
        back = self._give_many(far.to, near)
        target.relations.append(
            PlannedRelation(back, "has_and_belongs_to_many", owner.name, {"inverse": name})
        )
        return PlannedJoin(table, owner.name, name, near, far)

    def _give_many(self, owner: TableName, to: FoundReference) -> str:
        wanted = naming.member_name(plural(naming.relation_name(to.columns, to.to.name)))
        return self._members[owner].give(wanted, naming.made_of_relation)


def _moments(table: FoundTable) -> Mapping[str, str]:
    """The columns that say what the server notes of each record anyway."""
    found = {
        snake(column.name): column.name
        for column in table.columns.values()
        if isinstance(column.type, types.DateTime) and column.computed is None
    }
    return {name: found[name] for name in _MOMENTS if name in found}


def _add_default(made: PlannedProperty, sql: str) -> None:
    default = default_of(sql, made.kind)
    if default is not None and not _problems(made, {"default": default}):
        made.options["default"] = default
    else:
        made.notes.append(f"its default was {sql}")


def _add_checks(model: PlannedModel) -> None:
    """What checks say of one column, as the options of its property."""
    kinds = {one.column.name: one.kind for one in model.properties}
    for check in model.table.checks:
        column, options = limits_of(check, kinds) or ("", {})
        made = next((one for one in model.properties if one.column.name == column), None)
        if made is None or not _narrow(made, options):
            model.notes.append(f"a check is left out: {check}")


def _narrow(made: PlannedProperty, options: Mapping[str, Any]) -> bool:
    """Whether the property could take the options."""
    narrowed = replace(made, options={**made.options, **options})
    if "options" in options and "length" in KINDS[made.kind].takes:
        narrowed.kind = "list"
        narrowed.options.pop("length", None)
    if _problems(narrowed, {}):
        return False
    made.kind, made.options = narrowed.kind, narrowed.options
    return True


def _problems(made: PlannedProperty, options: Mapping[str, Any]) -> list[str]:
    given = {name: value for name, value in {**made.options, **options}.items() if name != "unique"}
    return [*KINDS[made.kind].problems(Constraints(kind=made.kind, **given))]


def _add_keys(model: PlannedModel) -> None:
    """`unique` and `index`, by the names of what the columns have become."""
    parents = {frozenset(one.reference.columns) for one in model.parents if one.reference}
    keys = [key for key in (model.table.primary_key, *model.table.unique) if key and model.id not in key]
    for key in keys:
        if frozenset(key) in parents:
            # A has_one on the other side says it.
            continue
        names = _members(model, key)
        if names is None:
            model.notes.append(f"{', '.join(key)}: could not stay unique, since not all of it is taken")
        elif len(names) == 1:
            property = next((one for one in model.properties if one.name == names[0]), None)
            if property is not None:
                property.options["unique"] = True
        elif sorted(names) not in map(sorted, model.unique):
            model.unique.append(names)
    for key in model.table.indexes:
        names = _members(model, key)
        if (
            names
            and frozenset(key) not in parents
            and names not in (*model.unique, *model.index)
            and names != ["id"]
        ):
            model.index.append(names)


def _members(model: PlannedModel, columns: Iterable[str]) -> list[str] | None:
    names = [model.member(column) for column in columns]
    return None if None in names else [name for name in names if name is not None]
