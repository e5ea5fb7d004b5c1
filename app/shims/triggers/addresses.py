"""Which action a path means: `{Application}/{Actionflow}`, an alias, or a name that no other application has."""

from __future__ import annotations

from collections.abc import Iterator

from app.definition.model import Action
from app.edge import Applications
from app.errors import BadInput, NotFound, PrivateDataMode
from app.resolvers.context import Generation
from app.resolvers.incoming import trigger_of

_NO_ACTION = "There is no action with this name."


def find(applications: Applications, application: str | None, name: str) -> tuple[Generation, Action]:
    """The action with this name or uuid of an application; without an application, that with this alias or name.

    Raises `NotFound`, `PrivateDataMode` for any name in an application that is private, and `BadInput` for a name
    that several applications have.
    """
    if application is None:
        return _alone(applications, name)
    generation = applications.by_id(application)
    try:
        action = generation.action(name)
        trigger_of(action)
    except NotFound:
        if generation.permissions.private:
            raise PrivateDataMode from None
        raise NotFound(_NO_ACTION) from None
    return generation, action


def _alone(applications: Applications, name: str) -> tuple[Generation, Action]:
    triggered = [*_triggered(applications)]
    found = [one for one in triggered if trigger_of(one[1]).alias == name]
    found = found or [(generation, action) for generation, action in triggered if action.name == name]
    if not found:
        raise NotFound(_NO_ACTION)
    if len(found) > 1:
        raise BadInput(
            "Several applications have an action of this name; write {Application}/{Actionflow} in the path."
        )
    return found[0]


def _triggered(applications: Applications) -> Iterator[tuple[Generation, Action]]:
    for generation in applications.generations:
        for action in generation.application.actions.values():
            if action.triggers.incoming_api is not None:
                yield generation, action
