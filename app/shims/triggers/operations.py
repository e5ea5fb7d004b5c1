"""What an application serves over the incoming API, as one list that descriptions are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from app.definition.inputs import OWN_ANSWER, REQUEST_NAMES
from app.definition.model import Action, Application, Input


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path: the trigger of an action, or the poll of its runs."""

    action: Action
    does: Literal["trigger", "poll"]
    method: Literal["GET", "POST"]
    path: str
    description: str
    mode: Literal["wait", "poll"]
    anonymous: bool
    per_record: bool
    query: Mapping[str, Input]
    """Inputs that query parameters fill; `timeout`, in milliseconds, comes on top."""
    outputs: tuple[str, ...]
    """Names below `data`; empty where the result is one value, or none."""
    own_answer: bool
    """Whether the action makes the HTTP answer itself."""


def answers_http(action: Action) -> bool:
    """Whether the action's outputs are the HTTP answer."""
    return bool(action.outputs) and OWN_ANSWER.issuperset(action.outputs)


def operations(application: Application, instance: str) -> list[Operation]:
    """Everything that the incoming API of an application serves, below the instance name of the server."""
    return [
        operation
        for action in application.actions.values()
        for operation in _of(application, action, instance)
    ]


def _of(application: Application, action: Action, instance: str) -> Iterator[Operation]:
    incoming = action.triggers.incoming_api
    if incoming is None:
        return
    base = f"/{instance}/api/1/action/{quote(application.name, safe='')}/{quote(action.name, safe='')}"
    query = {name: one for name, one in action.input.items() if name not in REQUEST_NAMES}
    about = action.description or action.name
    if incoming.alias is not None:
        about += f"\n\nAlso at /{instance}/api/1/action/{quote(incoming.alias, safe='')}/trigger."

    def operation(does: Literal["trigger", "poll"], method: Literal["GET", "POST"], path: str) -> Operation:
        return Operation(
            action=action,
            does=does,
            method=method,
            path=f"{base}/{path}",
            description=about if does == "trigger" else "How a run stands.",
            mode=incoming.mode,
            anonymous=incoming.anonymous,
            per_record=incoming.per_record,
            query=query if does == "trigger" else {},
            outputs=() if answers_http(action) else tuple(action.outputs),
            own_answer=does == "trigger" and incoming.mode == "wait" and answers_http(action),
        )

    yield operation("trigger", "GET", "trigger")
    yield operation("trigger", "POST", "trigger")
    if incoming.mode == "poll":
        yield operation("poll", "GET", "poll/{processId}")
