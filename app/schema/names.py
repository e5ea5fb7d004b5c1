"""The GraphQL names of an application's models, for callers who see a given part of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.definition.model import Application, Model
from app.definition.names import aggregate_field, camel, pascal
from app.permissions import Permissions, Verb
from app.properties import KINDS
from app.properties.base import PropertyKind


@dataclass(frozen=True)
class ModelNames:
    """One model as the schema names it; hidden names are absent."""

    model: Model
    type: str
    properties: Mapping[str, str]
    """GraphQL name -> property, for what can be read."""
    relations: Mapping[str, str]
    """GraphQL name -> relation, for those whose other side can be read."""
    inputs: Mapping[str, str]
    """GraphQL name -> property, for what can be written."""
    input_relations: Mapping[str, str]
    """GraphQL name -> relation, for what can be written."""

    @property
    def sortable(self) -> list[str]:
        """GraphQL names of what can be ordered and grouped by."""
        return [name for name, kind in self._kinds() if kind.sortable]

    @property
    def ranked(self) -> list[str]:
        """GraphQL names of what has a least and a greatest value."""
        return [name for name, kind in self._kinds() if kind.ranked]

    @property
    def summable(self) -> list[str]:
        """GraphQL names of what adds up."""
        return [name for name, kind in self._kinds() if kind.summable]

    @cached_property
    def aggregates(self) -> Mapping[str, str]:
        """GraphQL name -> to-many relation, for the fields that say what its records come to."""
        return {
            aggregate_field(name): relation
            for name, relation in self.relations.items()
            if self.model.relations[relation].to_many
        }

    def _kinds(self) -> Iterator[tuple[str, PropertyKind]]:
        properties = self.model.all_properties
        return ((name, KINDS[properties[of].kind]) for name, of in self.properties.items())


def model_names(
    application: Application, permissions: Permissions, roles: frozenset[str]
) -> dict[str, ModelNames]:
    """The models that exist in the schema, by their names in the definition."""
    shown = {
        name
        for name in application.models
        if permissions.offered(name, Verb.READ)
        or permissions.offered(name, Verb.CREATE)
        or any(profile.model == name for profile in application.authentication_profiles.values())
    }
    return {name: _names(application.models[name], permissions, roles, shown) for name in sorted(shown)}


def _names(model: Model, permissions: Permissions, roles: frozenset[str], shown: set[str]) -> ModelNames:
    readable = permissions.names(model.name, Verb.READ, roles)
    writable = permissions.names(model.name, Verb.CREATE, roles)
    return ModelNames(
        model=model,
        type=pascal(model.name),
        properties={camel(name): name for name in model.all_properties if name in readable},
        relations={
            camel(name): name
            for name, relation in model.relations.items()
            if name in readable and relation.model in shown
        },
        inputs={
            camel(name): name
            for name, property in model.properties.items()
            if name in writable and KINDS[property.kind].writable
        },
        input_relations={camel(name): name for name in model.relations if name in writable},
    )
