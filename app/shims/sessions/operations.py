"""What can be done through this door: what its routes are made of, and what a description can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.definition.model import Action, Application, Input
from app.definition.names import short_uuid
from app.resolvers.keys import takes_keys

BASE = "/api/execution"
SESSIONS = BASE + "/{module}/sessions"
SESSION = SESSIONS + "/{session}"

_REFUSALS: Mapping[int, str] = {
    400: "The request is not as it should be; `error.fields` names each wrong parameter.",
    401: "The key is missing or wrong, or not one of this module, whether there is such a module or not.",
    404: "There is no session with this id.",
    409: "A request with this idempotency key is under way.",
    413: "The body is too large.",
    415: "The body is no JSON.",
    422: "The idempotency key came with other parameters before.",
    429: "Too many requests; `Retry-After` says after how many seconds to come back.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path of one module; `name` is that of the method of `Sessions` which answers it."""

    name: Literal["start", "show"]
    method: Literal["POST", "GET"]
    path: str
    module: Action
    summary: str
    answers: Mapping[int, str]
    """By status; `refusals` come on top."""
    refusals: Mapping[int, str]
    input: Mapping[str, Input] = field(default_factory=dict)
    """The start parameters, in a JSON object; absent ones are left out."""


def operations(application: Application) -> Sequence[Operation]:
    """What an application's modules offer, each under a path of its own."""
    modules = [action for action in application.actions.values() if takes_keys(action)]
    return [operation for module in modules for operation in (_start(module), _show(module))]


def _start(module: Action) -> Operation:
    return Operation(
        "start",
        "POST",
        SESSIONS.replace("{module}", short_uuid(module.uuid)),
        module,
        f"Starts a session of {module.name}.",
        {201: "`{data: {id, state}, links: {self, browser}}`; `Location` is `links.self`."},
        {status: text for status, text in _REFUSALS.items() if status != 404},
        module.input,
    )


def _show(module: Action) -> Operation:
    return Operation(
        "show",
        "GET",
        SESSION.replace("{module}", short_uuid(module.uuid)),
        module,
        f"Tells the state of a session of {module.name}.",
        {200: "`{data: {state}, links: {self, browser}}`."},
        {status: text for status, text in _REFUSALS.items() if status in (401, 404, 429)},
    )
