"""The custom and generated endpoints of an application as its description has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.definition.model import PUBLIC, Input, Model
from app.definition.names import snake
from app.openapi import Answer, Body, Described, Parameter, Schema, Subject, answers
from app.openapi.errors import plain_refusals
from app.openapi.operation import JSON, Security
from app.openapi.schemas import in_text
from app.permissions import Rule, Verb
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS, Constraints
from app.shims.endpoints.generated import VERBS
from app.shims.endpoints.lists import PAGING
from app.shims.endpoints.operations import (
    LogIn,
    Operation,
    RunAction,
    UseRecords,
    Variable,
    operations,
)
from app.shims.endpoints.requests import FILES, MEDIA

_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "integer", "minimum": 1}
_BINARY: Schema = {"type": "string", "format": "binary"}
_MEDIA_OF_ANSWERS = {"csv": "text/csv", "html": "text/html"}
_RUNNING = (400, 401, 403, 404, 409, 413, 415, 422, 429, 502, 503, 504)
_WRITING = (400, 401, 403, 404, 409, 413, 415, 422, 503)
_READING = (400, 401, 403, 404)


def describe(subject: Subject) -> Iterator[Described]:
    """Every endpoint that somebody may call."""
    prefix = "" if subject.unprefixed else f"{subject.runtime}/endpoints"
    cookies = any(endpoint.login for endpoint in subject.application.endpoints.values())
    for operation in operations(subject.application):
        if not _reachable(subject, operation):
            continue
        described = _described(subject, operation)
        security = _security(operation, cookies)
        yield replace(described, path=f"{prefix}{operation.path}", security=security)


def _reachable(subject: Subject, operation: Operation) -> bool:
    does = operation.does
    if not isinstance(does, UseRecords):
        return True
    model, verb = subject.application.models[does.model], VERBS[does.verb]
    rules = model.read if verb is Verb.READ else model.write
    return bool(does.opened.rule.allow and not rules) or subject.permissions.offered(model.name, verb)


def _security(operation: Operation, cookies: bool) -> tuple[Security, ...]:
    if isinstance(operation.does, LogIn):
        return ("nobody",)
    known: tuple[Security, ...] = ("bearer", "cookie") if cookies else ("bearer",)
    return ("nobody", *known) if _is_open(operation.rule) else known


def _is_open(rule: Rule) -> bool:
    return rule.profile is None and (not rule.allow or PUBLIC in rule.allow)


def _described(subject: Subject, operation: Operation) -> Described:
    does = operation.does
    described = Described(
        id=snake(operation.name),
        method=operation.method,
        path=operation.path,
        tag=does.model if isinstance(does, UseRecords) else "Endpoints",
        summary=operation.description.partition("\n")[0] or operation.name,
        description=operation.description,
        answers={},
    )
    if isinstance(does, UseRecords):
        return _of_records(subject, described, does)
    if isinstance(does, RunAction):
        return _of_action(subject, described, operation, does)
    if isinstance(does, LogIn):
        return _of_login(subject, described, operation, does)
    ended = _answered(operation, {"type": "object", "properties": {"loggedOut": {"type": "boolean"}}})
    errors = plain_refusals(subject.schemas, 400, 401, 403, 502)
    return replace(described, answers={**ended, **errors})


def _of_action(subject: Subject, described: Described, operation: Operation, does: RunAction) -> Described:
    return replace(
        described,
        description=operation.description or does.action.description,
        parameters=tuple(_variable(one) for one in does.variables),
        body=None
        if does.body is None
        else Body(_content(subject, does), required=does.body.declared.required),
        answers={**_answered(operation, {}), **plain_refusals(subject.schemas, *_RUNNING)},
        keyed=True,
    )


def _of_login(subject: Subject, described: Described, operation: Operation, does: LogIn) -> Described:
    words = {"username": _TEXT, "password": {**_TEXT, "format": "password"}}
    given = {"type": "object", "properties": words, "required": [*words], "additionalProperties": False}
    whole = {"type": "integer", "description": "In seconds since 1970."}
    told = {"type": "object", "properties": {"accessExpiresAt": whole, "refreshExpiresAt": whole}}
    begun = {
        status: replace(answer, headers={"Set-Cookie": "The session."})
        for status, answer in _answered(operation, told).items()
    }
    errors = plain_refusals(subject.schemas, 400, 401, 403, 413, 415, 429, 502, 503)
    return replace(
        described,
        body=Body(dict.fromkeys(MEDIA[does.media], given)),
        answers={**begun, **errors},
    )


def _answered(operation: Operation, schema: Schema) -> dict[str, Answer]:
    media = _MEDIA_OF_ANSWERS.get(operation.response)
    if media is None:
        return answers(200, "The answer.", schema)
    return {"200": Answer("The answer.", {media: _TEXT})}


def _variable(variable: Variable) -> Parameter:
    declared = variable.declared
    return Parameter(
        variable.place,
        variable.name,
        in_text(KINDS[declared.kind].schema(declared)),
        declared.description or declared.label,
        declared.required and declared.default is None,
    )


def _content(subject: Subject, does: RunAction) -> Mapping[str, Schema]:
    body = does.body
    assert body is not None
    if body.media == "json":
        return {JSON: subject.schemas.input(body.declared)}
    return dict.fromkeys(MEDIA["multipart"], _form(subject, body.input, body.declared))


def _form(subject: Subject, name: str, declared: Input) -> Schema:
    """A form's fields: those of a record, a file, or any."""
    if declared.model is None:
        if declared.kind not in FILES:
            return {"type": "object"}
        files = {"type": "array", "items": _BINARY} if declared.kind == "multi_file" else _BINARY
        required = [name] if declared.required else []
        return {"type": "object", "properties": {name: files}, "required": required}
    model = subject.application.models[declared.model]
    values = subject.schemas.components[subject.schemas.values(model)["$ref"].rpartition("/")[2]]
    kinds = {name: property.kind for name, property in model.properties.items()}
    fields = {
        key: _BINARY if kinds.get(key) in ("file", "image") else one
        for key, one in values["properties"].items()
    }
    return {**values, "properties": fields}


def _of_records(subject: Subject, described: Described, does: UseRecords) -> Described:
    schemas, model = subject.schemas, subject.application.models[does.model]
    id = Parameter("path", "id", _ID, "The id of the record.")
    if does.verb == "list":
        page = {
            "results": {"type": "array", "items": schemas.record(model)},
            "page": _ID,
            "per_page": _ID,
            "total": {"type": "integer", "description": "Of all pages, where it was asked for."},
        }
        listed = {"type": "object", "properties": page, "required": ["results", "page", "per_page"]}
        found = answers(200, "A page of records.", listed)
        parameters = tuple(_list_parameters(subject, model))
        return replace(
            described, parameters=parameters, answers={**found, **plain_refusals(schemas, 400, 401, 403)}
        )
    parameters = () if does.verb == "create" else (id,)
    if does.verb == "one":
        found = answers(200, "The record.", schemas.record(model))
        return replace(
            described, parameters=parameters, answers={**found, **plain_refusals(schemas, *_READING)}
        )
    body = None
    if does.verb != "delete":
        body = Body({JSON: schemas.values(model, new=does.verb == "create")})
    opened = bool(does.opened.rule.allow) and not model.read
    found = answers(200, "The record.", schemas.record(model) if opened else schemas.written(model))
    errors = plain_refusals(schemas, *_WRITING)
    return replace(described, parameters=parameters, body=body, answers={**found, **errors}, keyed=True)


def _list_parameters(subject: Subject, model: Model) -> Iterator[Parameter]:
    for name, paging in PAGING.items():
        least = {"minimum": 1} if paging.kind == "number" else {}
        schema = {**KINDS[paging.kind].answer_schema(paging), **least}
        yield Parameter("query", name, schema, paging.description)
    names = subject.permissions.names(model.name, Verb.READ, subject.roles)
    for name, property in model.all_properties.items():
        if name in names:
            loose = Constraints(kind=property.kind, options=property.options)
            yield from _conditions(
                name, loose, [*sorted(KINDS[property.kind].operators), *sorted(EXISTENCE_OPERATORS)]
            )
    for name, relation in model.relations.items():
        if relation.kind == "belongs_to" and subject.permissions.offered(relation.model, Verb.READ):
            yield from _conditions(name, Constraints(kind="auto_increment"), ["eq", "in"])


def _conditions(name: str, property: Constraints, operators: list[str]) -> Iterator[Parameter]:
    for operator in operators:
        if operator in EXISTENCE_OPERATORS:
            schema: Schema = {"type": "boolean"}
        elif operator in ("in", "nin"):
            schema = {**_TEXT, "description": "With commas between."}
        else:
            schema = in_text(KINDS[property.kind].answer_schema(property))
            schema = schema if schema.get("type") != "object" else _TEXT
        yield Parameter("query", name if operator == "eq" else f"{name}.{operator}", schema)
