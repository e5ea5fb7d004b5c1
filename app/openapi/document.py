"""The description of an application's doors as one OpenAPI 3.1 document."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from app.openapi.examples import NoExample, example
from app.openapi.operation import Answer, Body, Described, Parameter
from app.openapi.schemas import Schema
from app.openapi.subject import Subject

VERSION = "3.1.0"
_SCHEMES: Mapping[str, Mapping[str, str]] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The e-mail address of a user, and an API key of theirs as the password.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token that a login gives.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "description": "The session that a login endpoint begins; browsers send it by themselves.",
    },
    "module_key": {"type": "http", "scheme": "bearer", "description": "An API key of the module."},
    "incoming_key": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "An API key of the kind incoming, as it is or after `Bearer`.",
    },
}


def document(subject: Subject, operations: Iterable[Described], server: str) -> dict[str, Any]:
    """The whole document; `server` is the URL that its paths are below."""
    application = subject.application
    described = list(operations)
    components = subject.schemas.components
    paths: dict[str, dict[str, Any]] = {}
    for one in described:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, components)
    named = {scheme for one in described for scheme in one.security} - {"nobody"}
    return {
        "openapi": VERSION,
        "info": {
            "title": application.title or application.name,
            "version": _version(paths, components),
            **({"description": application.description} if application.description else {}),
        },
        "servers": [{"url": server or "/"}],
        "tags": [_tag(subject, name) for name in dict.fromkeys(one.tag for one in described)],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {name: _scheme(subject, name, server) for name in _SCHEMES if name in named},
        },
    }


def _version(*parts: Any) -> str:
    """Changes with what is described."""
    return format(zlib.crc32(orjson.dumps(parts)), "08x")


def _tag(subject: Subject, name: str) -> dict[str, str]:
    model = subject.application.models.get(name)
    return {"name": name, **({"description": model.description} if model and model.description else {})}


def _scheme(subject: Subject, name: str, server: str) -> Mapping[str, str]:
    if name != "cookie":
        return _SCHEMES[name]
    prefix = "__Host-" if server.startswith("https:") else ""
    return {**_SCHEMES[name], "name": f"{prefix}actionql-{subject.application.uuid.hex}"}


_KEY = Parameter(
    "header",
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    "The same request with the same key is done once; `Idempotency-Replayed: true` marks an answer given again.",
)


def _operation(one: Described, components: Mapping[str, Schema]) -> dict[str, Any]:
    made: dict[str, Any] = {"operationId": one.id, "tags": [one.tag], "summary": one.summary}
    if one.description:
        made["description"] = one.description
    parameters = (*one.parameters, _KEY) if one.keyed else one.parameters
    if parameters:
        made["parameters"] = [_parameter(parameter) for parameter in parameters]
    if one.body is not None:
        made["requestBody"] = _body(one.body, components)
    made["responses"] = {status: _answer(answer) for status, answer in one.answers.items()}
    made["security"] = [{} if scheme == "nobody" else {scheme: []} for scheme in one.security]
    return made


def _parameter(parameter: Parameter) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required or parameter.place == "path",
        "schema": parameter.schema,
    }
    if parameter.description:
        made["description"] = parameter.description
    return made


def _body(body: Body, components: Mapping[str, Schema]) -> dict[str, Any]:
    content = {media: _content(schema, components) for media, schema in body.content.items()}
    made: dict[str, Any] = {"required": body.required, "content": content}
    if body.description:
        made["description"] = body.description
    return made


def _content(schema: Schema, components: Mapping[str, Schema]) -> dict[str, Any]:
    try:
        return {"schema": schema, "example": example(schema, components)}
    except NoExample:
        return {"schema": schema}


def _answer(answer: Answer) -> dict[str, Any]:
    made: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        made["headers"] = {
            name: {"description": said, "schema": {"type": "string"}} for name, said in answer.headers.items()
        }
    if answer.content:
        made["content"] = {media: {"schema": schema} for media, schema in answer.content.items()}
    return made
