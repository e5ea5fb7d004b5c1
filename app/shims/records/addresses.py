"""What callers call things: models by table name, name or uuid; properties and relations by name or uuid."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from app.definition.model import Application, Model, SavedFilter, View
from app.definition.names import parse_uuid, snake
from app.errors import NotFound


class Addresses:
    """The models of one application and what they have, under every spelling."""

    def __init__(self, application: Application) -> None:
        models = application.models.values()
        self._models = {spelling: model for model in models for spelling in _of_model(model)}
        # A plural is a guess: no model's own name gives way to it.
        self._models = {_plural(snake(model.name)): model for model in models} | self._models
        self._members = {
            model.name: {
                spelling: name
                for name, part in (*model.relations.items(), *model.all_properties.items())
                for spelling in (snake(name), name, part.uuid.hex)
            }
            for model in models
        }

    def model(self, address: str) -> Model:
        """The model with this table name, in the singular or plural, name or uuid; raises `NotFound`."""
        found = self._models.get(_normal(address))
        if found is None:
            raise NotFound("There is no such model.")
        return found

    def member(self, model: Model, address: str) -> str | None:
        """The name in the definition of a property or relation, or None where there is none."""
        return self._members[model.name].get(_normal(address))

    def view(self, model: Model, address: str) -> str:
        """The name of a saved view; raises `NotFound`."""
        return _named(model.views, address, "view")

    def filter(self, model: Model, address: str) -> str:
        """The name of a saved filter; raises `NotFound`."""
        return _named(model.filters, address, "filter")


def _of_model(model: Model) -> tuple[str, ...]:
    return snake(model.name), model.name, model.uuid.hex


def _plural(word: str) -> str:
    """`company` -> `companies`, as the names of tables are made at the vendor."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


def _named(saved: Mapping[str, View] | Mapping[str, SavedFilter], address: str, what: str) -> str:
    uuid = parse_uuid(address)
    found = next((name for name, one in saved.items() if _is(one.uuid, uuid) or name == address), None)
    if found is None:
        raise NotFound(f"There is no such {what}.")
    return found


def _is(one: UUID, other: UUID | None) -> bool:
    return one == other


def _normal(address: str) -> str:
    uuid = parse_uuid(address)
    return address if uuid is None else uuid.hex
