"""The kinds that properties had when they were served last, and their values as those of another kind.

Many kinds have columns of one type, so only the definition tells that a property has another kind now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, MetaData, inspect, select

from app.definition.model import Model, Property
from app.json_text import read_json
from app.properties import KINDS
from app.properties.base import Invalid
from app.storage.convert import Inconvertible, converted
from app.storage.system import REVISION

_DIGESTED = "password"
"""The kind whose column holds digests: they are values of no other kind, and other values are no digests."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The property that a column is made of; each name with its former one."""

    models: tuple[str, str | None]
    names: tuple[str, str | None]
    property: Property

    @classmethod
    def of(cls, model: Model, name: str) -> Declared:
        """A property of a model."""
        property = model.all_properties[name]
        return cls((model.name, model.was), (name, property.was), property)


@dataclass(frozen=True, slots=True)
class Becoming:
    """What values of one column become: `before` is the kind that was served last, None where nobody knows."""

    column: Column[Any]
    before: str | None

    @property
    def kind(self) -> str | None:
        """The kind that they become; None for a column that is no property's."""
        declared: Declared | None = self.column.info.get("declared")
        return None if declared is None else declared.property.kind

    @property
    def changes(self) -> bool:
        """Whether the kind is known to be another."""
        return self.before is not None and self.kind not in (None, self.before)

    def __call__(self, value: Any) -> Any:
        """A value as one of the column's type and kind; raises `Inconvertible` for what is none."""
        made = converted(value, self.column.type)
        declared: Declared | None = self.column.info.get("declared")
        if declared is None or declared.property.kind == self.before:
            return made
        kind = KINDS[declared.property.kind]
        if _DIGESTED in (kind.name, self.before):
            raise Inconvertible
        if not kind.writable:
            return made
        try:
            return kind.parse(made, declared.property)
        except Invalid as error:
            raise Inconvertible from error


def served_kinds(connection: Connection, metadatas: Sequence[MetaData]) -> Mapping[Column[Any], str]:
    """The kinds that the properties of these columns had in the definitions that were served last."""
    if not inspect(connection).has_table(REVISION.name):
        return {}
    found = {}
    for metadata in metadatas:
        if "owner" not in metadata.info:
            continue
        models = _served_models(connection, metadata.info["owner"].uuid)
        for table in metadata.tables.values():
            for column in table.columns:
                kind = _kind(models, column.info.get("declared"))
                if kind is not None:
                    found[column] = kind
    return found


def _served_models(connection: Connection, application: str) -> Mapping[str, Any]:
    mine = select(REVISION.c.definition).where(REVISION.c.application == application)
    text = connection.execute(mine.order_by(REVISION.c.created.desc()).limit(1)).scalar()
    document = {} if text is None else read_json(text)
    models = document.get("models") if isinstance(document, dict) else None
    return models if isinstance(models, dict) else {}


def _kind(models: Mapping[str, Any], declared: Declared | None) -> str | None:
    if declared is None:
        return None
    model = _named(models, declared.models)
    property = _named((model or {}).get("properties") or {}, declared.names)
    return None if property is None else property.get("kind")


def _named(parts: Mapping[str, Any], names: tuple[str, str | None]) -> Mapping[str, Any] | None:
    return next((parts[name] for name in names if name is not None and name in parts), None)
