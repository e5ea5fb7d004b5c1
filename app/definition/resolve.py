"""Completes a validated definition: names, uuids and what is built in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.definition.model import ROLE_MODEL, Application, Model, Named, Property
from app.definition.names import derived_uuid, snake
from app.definition.steps import Step

PartModel = TypeVar("PartModel", bound=BaseModel)


def resolve(application: Application) -> Application:
    """The application with `name` and `uuid` on every part, and with the built-in model of roles.

    A uuid that is not given is derived from the application's, the kind of thing and its full name, as in
    `property:Media.title`. Of the model of roles a definition may say who reads it, and nothing else.
    """
    role, given = _role_model(), application.models.get(ROLE_MODEL)
    if given is not None:
        role = role.model_copy(update={"read": given.read}) if given.model_fields_set == {"read"} else given
    models = {**application.models, ROLE_MODEL: role}
    return _completed(application.model_copy(update={"models": models}), (), application.uuid)


def built_in_role(application: UUID) -> Model:
    """The built-in model of roles, as it is in the application of this uuid."""
    model = _role_model().model_copy(update=_identity(_role_model(), ROLE_MODEL, (), application))
    return _completed(model, (ROLE_MODEL,), application)


def _role_model() -> Model:
    name = Property(
        kind="text", required=True, unique=True, description="The role as the definition names it."
    )
    return Model(description="The roles of users. Built in.", properties={"name": name})


def _completed(part: PartModel, names: tuple[str, ...], application: UUID) -> PartModel:
    """The part with everything below it completed; `names` are those of the parts around it, and its own.

    Steps have no names: what stands in one is told apart by the step's place.
    """
    changes = {}
    for field in type(part).model_fields:
        value = getattr(part, field)
        completed = _below(value, (*names, field) if isinstance(part, Step) else names, application)
        if completed is not value:
            changes[field] = completed
    return part.model_copy(update=changes) if changes else part


def _below(value: Any, names: tuple[str, ...], application: UUID) -> Any:
    if isinstance(value, BaseModel):
        return _completed(value, names, application)
    if isinstance(value, Mapping):
        found = {key: _entry(key, item, names, application) for key, item in value.items()}
        return found if any(found[key] is not value[key] for key in found) else value
    if isinstance(value, tuple) and type(value) is tuple:
        items = tuple(_below(item, (*names, str(index)), application) for index, item in enumerate(value))
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _entry(key: Any, value: Any, names: tuple[str, ...], application: UUID) -> Any:
    if not isinstance(value, Named):
        return _below(value, names, application)
    named = value.model_copy(update=_identity(value, str(key), names, application))
    return _completed(named, (*names, str(key)), application)


def _identity(part: Named, name: str, names: tuple[str, ...], application: UUID) -> dict[str, Any]:
    if "uuid" in part.model_fields_set:
        return {"name": name, "uuid": part.uuid}
    kind = snake(type(part).__name__)
    return {"name": name, "uuid": derived_uuid(application, kind, ".".join((*names, name)))}
