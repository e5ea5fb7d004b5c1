"""What an application's endpoints are, as one list: the door serves it, and descriptions are made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.definition.model import Action, Application, Endpoint, GeneratedApi, Input
from app.engine.answers import columns
from app.expressions import Template
from app.permissions import Opened, Rule

VARIABLE = re.compile(r"\{([^}]*)\}")
Place = Literal["path", "query", "header"]
Media = Literal["json", "multipart"]
Format = Literal["json", "csv", "html"]
RecordVerb = Literal["list", "one", "create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One value of a request: where it stands under which name, and the input that it fills."""

    place: Place
    name: str
    input: str
    declared: Input


@dataclass(frozen=True, slots=True)
class Body:
    """The request's body as one input; a `multipart` one is a form, whose files are kept."""

    input: str
    media: Media
    declared: Input


@dataclass(frozen=True, slots=True)
class RunAction:
    """Runs an action; its result is the answer."""

    action: Action
    variables: tuple[Variable, ...]
    body: Body | None


@dataclass(frozen=True, slots=True)
class LogIn:
    """Takes `username` and `password`; answers when the session ends, with its cookie."""

    profile: str
    media: Media


@dataclass(frozen=True, slots=True)
class LogOut:
    """Ends the session of the cookie."""

    profile: str


@dataclass(frozen=True, slots=True)
class UseRecords:
    """One of the five generated operations on the records of a model."""

    verb: RecordVerb
    opened: Opened

    @property
    def model(self) -> str:
        """The model's name."""
        return self.opened.model


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path: for whom, what it does, and in which form it answers."""

    name: str
    method: str
    path: str
    description: str
    rule: Rule
    does: RunAction | LogIn | LogOut | UseRecords
    response: Format = "json"
    template: Template | None = None
    """Its values are escaped."""
    columns: tuple[str, ...] = ()
    """Of a CSV without rows."""


def operations(application: Application) -> list[Operation]:
    """Everything that the application's `endpoints` and `api_generator` serve."""
    custom = [_custom(application, endpoint) for endpoint in application.endpoints.values()]
    generated = [
        operation for model, api in application.api_generator.items() for operation in _generated(model, api)
    ]
    return custom + generated


def _custom(application: Application, endpoint: Endpoint) -> Operation:
    template = None if endpoint.template is None else Template.parse(str(endpoint.template), escape="html")
    return Operation(
        endpoint.name,
        endpoint.method,
        endpoint.path,
        endpoint.description,
        Rule(endpoint.profile, endpoint.allow),
        _does(application, endpoint),
        endpoint.response,
        template,
        columns(application, application.actions[endpoint.action]) if endpoint.action else (),
    )


def _does(application: Application, endpoint: Endpoint) -> RunAction | LogIn | LogOut:
    if endpoint.login is not None:
        return LogIn(endpoint.login, endpoint.request)
    if endpoint.logout is not None:
        return LogOut(endpoint.logout)
    action = application.actions[endpoint.action or ""]
    name = endpoint.body
    body = None if name is None else Body(name, endpoint.request, action.input[name])
    return RunAction(action, tuple(_variables(endpoint, action)), body)


def _variables(endpoint: Endpoint, action: Action) -> Iterator[Variable]:
    for name in VARIABLE.findall(endpoint.path):
        yield Variable("path", name, name, action.input[name])
    for key, name in endpoint.query.items():
        yield Variable("query", key, name, action.input[name])
    for key, name in endpoint.headers.items():
        yield Variable("header", key, name, action.input[name])


def _generated(model: str, api: GeneratedApi) -> Iterator[Operation]:
    rule = Rule(api.profile, api.allow)
    one = f"{api.path}/{{id}}"
    served: tuple[tuple[RecordVerb, str, str, str], ...] = (
        ("list", "GET", api.path, f"The {model} records, a page at a time."),
        ("create", "POST", api.path, f"Makes a {model}."),
        ("one", "GET", one, f"The {model} with this id."),
        ("update", "PUT", one, f"Changes what is sent of the {model} with this id."),
        ("delete", "DELETE", one, f"Removes the {model} with this id; answers it as it was."),
    )
    for verb, method, path, description in served:
        does = UseRecords(verb, Opened(model, rule))
        yield Operation(f"{model} {verb}", method, path, description, rule, does)
