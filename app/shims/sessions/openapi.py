"""The modules of an application as its description has them: each is started and followed under a path of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.definition.model import Action
from app.definition.names import pascal, short_uuid, snake
from app.openapi import Answer, Body, Described, Parameter, Schema, Subject, answers
from app.openapi.errors import plain_refusals
from app.openapi.operation import JSON
from app.openapi.schemas import needed
from app.resolvers.keys import takes_keys
from app.resolvers.runs import STATES
from app.shims.sessions.addresses import SESSION, SESSIONS

_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$", "description": "A uuid in base64url."}
_TEXT: Schema = {"type": "string"}
_PARAMETERS = "The start parameters, or an object with nothing but `data`, which has them."
_STARTING = (400, 401, 409, 413, 415, 422, 429, 503)
_LOOKING = (400, 401, 404, 429, 503)


def describe(subject: Subject) -> Iterator[Described]:
    """The start and the state of sessions of every module that takes keys."""
    for module in subject.application.actions.values():
        if takes_keys(module):
            yield _start(subject, module)
            yield _show(subject, module)


def _start(subject: Subject, module: Action) -> Described:
    given = subject.schemas.inputs(f"{pascal(module.name)}Parameters", module.input)
    created = {"id": _ID, "state": {"type": "string", "enum": ["created"]}}
    return Described(
        id=f"start_{snake(module.name)}",
        method="POST",
        path=SESSIONS.replace("{module}", short_uuid(module.uuid)),
        tag="Sessions",
        summary=f"Starts a session of {module.name}.",
        description=module.description,
        keyed=True,
        body=Body({JSON: given}, required=bool(needed(module.input)), description=_PARAMETERS),
        answers={
            **answers(201, "The session.", _session(created), Location="The path of its state."),
            **_refusals(subject),
        },
        security=("module_key",),
    )


def _refusals(subject: Subject) -> dict[str, Answer]:
    """The errors of a start, of which 422 says another thing than at other doors."""
    found = plain_refusals(subject.schemas, *_STARTING)
    found["422"] = replace(found["422"], description="The idempotency key came with other parameters before.")
    return found


def _show(subject: Subject, module: Action) -> Described:
    return Described(
        id=f"state_of_{snake(module.name)}",
        method="GET",
        path=SESSION.replace("{module}", short_uuid(module.uuid)),
        tag="Sessions",
        summary=f"The state of a session of {module.name}.",
        parameters=(Parameter("path", "session", _ID, required=True),),
        answers={
            **answers(200, "Its state.", _session({"state": {"type": "string", "enum": [*STATES]}})),
            **plain_refusals(subject.schemas, *_LOOKING),
        },
        security=("module_key",),
    )


def _session(data: dict[str, Any]) -> Schema:
    links = {
        "self": {**_TEXT, "description": "The path of its state."},
        "browser": {**_TEXT, "description": "The page where people follow and answer it."},
    }
    return _whole({"data": _whole(data), "links": _whole(links)})


def _whole(properties: dict[str, Any]) -> Schema:
    return {"type": "object", "properties": properties, "required": [*properties]}
