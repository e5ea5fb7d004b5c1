"""`GET /models`: what a caller gets at, with the ids that other requests name it by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from app.definition.model import Application, Model, Property, Relation
from app.definition.names import snake
from app.definition.relations import inverse_of
from app.errors import Forbidden, Unauthenticated
from app.permissions import Permissions, Principal, Verb

_OPTIONS = ("required", "unique", "default", "minimum", "maximum", "length", "pattern", "options", "scale")


def models(application: Application, permissions: Permissions, principal: Principal) -> list[dict[str, Any]]:
    """The models that the caller may read or write, with what exists of them for it."""
    return [
        {"id": model.uuid.hex, "name": model.name, "properties": list(_members(application, model, names))}
        for model in application.models.values()
        if (names := _names(permissions, principal, model))
    ]


def readable_names(permissions: Permissions, principal: Principal, model: Model) -> frozenset[str]:
    """What the caller may read of a model; no relation to one that nobody may read. Raises where that is nothing."""
    names = permissions.authorize(principal, Verb.READ, model.name).names
    unseen = (name for name, one in model.relations.items() if not permissions.offered(one.model, Verb.READ))
    return names.difference(unseen)


def _names(permissions: Permissions, principal: Principal, model: Model) -> frozenset[str]:
    """What the caller may read or write of a model; nothing where it may do neither."""
    found: frozenset[str] = frozenset()
    with suppress(Forbidden, Unauthenticated):
        found |= readable_names(permissions, principal, model)
    with suppress(Forbidden, Unauthenticated):
        found |= permissions.authorize(principal, Verb.CREATE, model.name).names
    return found


def _members(application: Application, model: Model, names: frozenset[str]) -> Iterator[dict[str, Any]]:
    for name, property in model.all_properties.items():
        if name in names:
            yield _described(property, name, property.kind, _constraints(property))
    for name, relation in model.relations.items():
        if name in names:
            yield _described(relation, name, relation.kind, _related(application, model, relation))


def _described(part: Property | Relation, name: str, kind: str, options: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": part.uuid.hex,
        "name": snake(name),
        "kind": kind,
        "options": options,
    }
    if "inverse_association" in options:
        described["inverse_association"] = options["inverse_association"]
    return described


def _constraints(property: Property) -> dict[str, Any]:
    set_ones = ((name, getattr(property, name)) for name in _OPTIONS)
    return {
        name: value
        for name, value in set_ones
        if value is not None and value != () and (value is not False or name == "default")
    }


def _related(application: Application, model: Model, relation: Relation) -> dict[str, Any]:
    """The other model's id, and that of the relation which is this one seen from there."""
    options: dict[str, Any] = {"model": application.models[relation.model].uuid.hex}
    inverse = inverse_of(application.models, model.name, relation)
    if inverse is not None:
        options["inverse_association"] = inverse.uuid.hex
    return options
