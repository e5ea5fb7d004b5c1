"""The operations of this door as an application has them: those of its models, its actions and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from app.definition.model import Action, Model
from app.definition.names import pascal, snake
from app.openapi import Answer, Body, Described, Parameter, Schema, Subject, answers, refusals
from app.openapi.operation import JSON
from app.openapi.schemas import needed
from app.permissions import Verb
from app.resolvers.assets import FILE_KINDS
from app.shims.records.body import FORM, MULTIPART
from app.shims.records.operations import LIST_PARAMETERS, OPERATIONS, Operation
from app.shims.records.parameters import LIMIT, MOST_RECORDS
from app.shims.records.routing import BASE

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_ERROR: Schema = {
    "type": "object",
    "properties": {
        "errors": {"type": "object", "additionalProperties": _TEXTS},
        "code": _TEXT,
        "message": _TEXT,
        "requestId": _TEXT,
    },
    "required": ["errors", "code", "message", "requestId"],
}
_PROPERTY: Schema = {
    "type": "object",
    "properties": {"id": _TEXT, "name": _TEXT, "kind": _TEXT, "options": {"type": "object"}},
    "required": ["id", "name", "kind", "options"],
}
_MODEL: Schema = {
    "type": "object",
    "properties": {"id": _TEXT, "name": _TEXT, "properties": {"type": "array", "items": _PROPERTY}},
    "required": ["id", "name", "properties"],
}
_OF_LISTS: Mapping[str, Schema] = {
    "limit": {**_NUMBER, "maximum": MOST_RECORDS, "default": LIMIT},
    "offset": {**_NUMBER, "default": 0},
    "total_rows": {"type": "boolean"},
    "ids": {**_TEXT, "examples": ["1,2"]},
    "order": {**_TEXT, "examples": ["id:desc"]},
}
_TOO_MUCH = {413: "The body is larger than the limit.", 415: "The body is of another content type."}
_TOO_OFTEN = {429: "Too many requests."}


def describe(subject: Subject) -> Iterator[Described]:
    """Every operation that some role of the application has."""
    if not subject.unprefixed:
        # The door's paths name no application.
        return
    described = _Description(subject)
    for operation in OPERATIONS:
        yield from described.of(operation)


class _Description:
    """Describes the operations of one application."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._schemas = subject.schemas
        self._error = subject.schemas.add("RestError", _ERROR)
        models = subject.application.models.values()
        self._models = [model for model in models if self._reads(model) or self._writes(model)]

    def of(self, operation: Operation) -> Iterator[Described]:
        """An operation as often as it is there: once for each model or action that it can be asked of."""
        if operation.name == "list_models":
            schema = self._schemas.add("ModelDescription", _MODEL)
            of_models = {"type": "array", "items": schema}
            yield self._described(operation, operation.name, "Models", answers(200, "The models.", of_models))
        elif operation.body == "file":
            if any(self._takes_files(model) for model in self._models):
                yield self._of_files(operation)
        elif operation.body == "input":
            for action in self._subject.application.actions.values():
                if action.allow:
                    yield self._of_action(operation, action)
        else:
            yield from (
                self._of_model(operation, model) for model in self._models if self._has(model, operation)
            )

    def _of_model(self, operation: Operation, model: Model) -> Described:
        described = self._described(
            operation, f"{operation.name}_{snake(model.name)}", model.name, self._answers(operation, model)
        )
        parameters = tuple(_parameters(model)) if operation.parameters else ()
        if "{id}" in operation.path:
            parameters = (Parameter("path", "id", {"type": "integer", "minimum": 1}), *parameters)
        return replace(
            described,
            path=described.path.replace("{model}", snake(model.name)),
            parameters=parameters,
            body=self._body(operation, model),
        )

    def _of_action(self, operation: Operation, action: Action) -> Described:
        described = self._described(
            operation,
            f"execute_{snake(action.name)}",
            action.model or "Actions",
            answers(200, "The action's result.", {}),
        )
        path = described.path.replace("{action}", action.uuid.hex)
        of_any: tuple[Parameter, ...] = ()
        if action.model is not None:
            path = path.replace("{model}", snake(action.model))
        else:
            names = [snake(model.name) for model in self._models]
            schema = {"type": "string", "enum": names} if names else _TEXT
            of_any = (Parameter("path", "model", schema, "Any model; the action belongs to none."),)
        inputs = self._schemas.inputs(f"{pascal(action.name)}Input", action.input)
        body = Body({JSON: inputs, FORM: inputs}, required=bool(needed(action.input)))
        return replace(
            described,
            path=path,
            summary=f"Runs the action {action.name}.",
            description=action.description,
            parameters=of_any,
            body=body,
        )

    def _of_files(self, operation: Operation) -> Described:
        file = {"type": "string", "format": "binary"}
        form = {"type": "object", "properties": {"record": file}, "required": ["record"]}
        url = {"type": "object", "properties": {"url": _TEXT}, "required": ["url"]}
        described = self._described(operation, operation.name, "Files", answers(201, "Where it is.", url))
        return replace(described, body=Body({MULTIPART: form}))

    def _described(self, operation: Operation, id: str, tag: str, found: Mapping[str, Answer]) -> Described:
        bodily = operation.body is not None or operation.name == "list_records"
        refused = {**operation.refusals, **(_TOO_MUCH if bodily else {}), **_TOO_OFTEN}
        errors = refusals(self._error, dict(sorted(refused.items())))
        challenge = {"WWW-Authenticate": "The way of saying who calls that this door takes."}
        errors["401"] = replace(errors["401"], headers=challenge)
        return Described(
            id=id,
            method=operation.method,
            path=f"{BASE}{operation.path}",
            tag=tag,
            summary=operation.summary,
            answers={**found, **errors},
            security=("basic",),
            keyed=operation.method != "GET",
        )

    def _answers(self, operation: Operation, model: Model) -> dict[str, Answer]:
        schemas, found = self._schemas, dict[str, Answer]()
        place = {"Location": "The path of the new record."}
        for status, said in operation.answers.items():
            if status == 204:
                found |= answers(204, said)
            elif status == 201:
                found |= answers(201, said, schemas.written(model, snake), **place)
            elif operation.name in ("list_records", "create_or_list"):
                found |= answers(200, said, self._list(model))
            elif operation.name == "read_record":
                found |= answers(200, said, schemas.record(model, snake))
            else:
                one = schemas.written(model, snake)
                many = {"type": "array", "items": one}
                found |= answers(200, said, many if operation.body == "records" else one)
        return found

    def _list(self, model: Model) -> Schema:
        records: Schema = {"type": "array", "items": self._schemas.record(model, snake)}
        if not self._reads(model):
            return records
        shown = self._schemas.part(model, snake) if model.views else self._schemas.record(model, snake)
        wrapped = {"records": {"type": "array", "items": shown}, "total_rows": _NUMBER}
        return {"anyOf": [records, {"type": "object", "properties": wrapped, "required": ["records"]}]}

    def _body(self, operation: Operation, model: Model) -> Body | None:
        if operation.body == "records":
            changes = self._schemas.values(model, snake, new=False)
            item = {"allOf": [changes, {"type": "object", "properties": {"id": _NUMBER}}]}
            records = {"type": "array", "items": item}
            return Body(
                {JSON: {"type": "object", "properties": {"records": records}, "required": ["records"]}}
            )
        if operation.body != "record" or not self._writes(model):
            return None
        values = self._schemas.values(model, snake, new=operation.method == "POST")
        form = _form(self._schemas.components[values["$ref"].rpartition("/")[2]])
        record = {"type": "object", "properties": {"record": values}, "required": ["record"]}
        return Body({JSON: record, FORM: form, MULTIPART: form})

    def _has(self, model: Model, operation: Operation) -> bool:
        if operation.name in ("replace_collection", "delete_collection"):
            right = operation.name.partition("_")[0]
            return self._writes(model) and any(right in rights for rights in model.collection.values())
        reading = operation.name in ("list_records", "read_record")
        return self._reads(model) if reading else self._writes(model)

    def _reads(self, model: Model) -> bool:
        return self._subject.permissions.offered(model.name, Verb.READ)

    def _writes(self, model: Model) -> bool:
        return self._subject.permissions.offered(model.name, Verb.CREATE)

    def _takes_files(self, model: Model) -> bool:
        return self._writes(model) and any(one.kind in FILE_KINDS for one in model.properties.values())


def _parameters(model: Model) -> Iterator[Parameter]:
    saved: Mapping[str, Mapping[str, Any]] = {"view_id": model.views, "filter_id": model.filters}
    for name, said in LIST_PARAMETERS.items():
        schema: Schema = _OF_LISTS.get(name, _TEXT)
        if name in saved:
            if not saved[name]:
                continue
            listed = ", ".join(f"`{one.name}` ({one.uuid.hex})" for one in saved[name].values())
            schema, said = {**_TEXT, "examples": [*saved[name]]}, f"{said} There are {listed}."
        yield Parameter("query", name, schema, said)


def _form(values: Schema) -> Schema:
    """The values under the names that a form has for them."""
    names = {
        name: f"record[{name}]{'[]' if _is_list(one) else ''}" for name, one in values["properties"].items()
    }
    return {
        "type": "object",
        "properties": {names[name]: one for name, one in values["properties"].items()},
        "required": [names[name] for name in values.get("required", ())],
    }


def _is_list(schema: Schema) -> bool:
    return "array" in (schema.get("type", ()), *schema.get("type", ()))
