"""An earlier definition beside the current one: what is called otherwise now, and what is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from app.definition.model import Application
from app.definition.models import Model, Property, Relation
from app.definition.walk import walk


class Renamable(Protocol):
    """A part that may have had another name."""

    @property
    def was(self) -> str | None: ...


def name_now(name: str, parts: Mapping[str, Renamable]) -> str:
    """The same name where there is one, else that of the part which was called so."""
    if name in parts:
        return name
    return next((now for now, part in parts.items() if part.was == name), name)


def missed_by(old: Application, action: str, new: Application) -> list[str]:
    """The models, properties and relations that a run of an earlier action may use and that are gone: `Shoe.code`."""
    models = {name for name in _models(old, action) if name in old.models}
    return [missed for name in sorted(models) for missed in _missed(old.models[name], new)]


def _models(old: Application, action: str) -> Iterator[str]:
    """The models that an action names, or one that it may call."""
    waiting, seen = [action], {action}
    while waiting:
        for found in walk(old.actions[waiting.pop()]):
            if found.to == "model":
                yield found.value
            elif found.to == "property":
                yield found.value.partition(".")[0]
            elif found.to == "action" and found.value in old.actions and found.value not in seen:
                seen.add(found.value)
                waiting.append(found.value)


def _missed(old: Model, new: Application) -> Iterator[str]:
    now = new.models.get(name_now(old.name, new.models))
    if now is None:
        yield old.name
        return
    members: dict[str, Property | Relation] = {**now.all_properties, **now.relations}
    for name in (*old.all_properties, *old.relations):
        if name_now(name, members) not in members:
            yield f"{old.name}.{name}"
