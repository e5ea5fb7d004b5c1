"""The triggers of an application, and the polls of their runs, as its description has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.definition.names import snake
from app.openapi import Answer, Body, Described, Parameter, Schema, Subject, answers, refusals
from app.openapi.schemas import in_text
from app.properties import KINDS
from app.resolvers.runs import STATES
from app.shims.triggers.operations import Operation, operations

_TEXT: Schema = {"type": "string"}
_MILLISECONDS = Parameter(
    "query", "timeout", {"type": "integer", "minimum": 1}, "How long the caller waits, in milliseconds."
)
_WORDS: Mapping[str, Schema] = {"message": _TEXT, "code": _TEXT, "requestId": _TEXT}
_RECORDS: Schema = {
    "type": "array",
    "description": "Where records were passed one by one: how each ended.",
    "items": {
        "type": "object",
        "properties": {
            "index": {"type": "integer"},
            "success": {"type": "boolean"},
            "message": _TEXT,
            "code": _TEXT,
        },
        "required": ["index", "success"],
    },
}
_FAILED: Schema = {
    "type": "object",
    "properties": {
        "success": {"type": "boolean"},
        **_WORDS,
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
    },
    "required": ["success", "message", "code", "requestId"],
}
_REASONS: Mapping[int, str] = {
    400: "The request is not as it should be, or the action failed or returned nothing.",
    401: "The key is missing or wrong, or its user may not do this.",
    404: "There is no such thing.",
    409: "The request with this idempotency key is under way, or was done.",
    413: "The body is larger than the limit.",
    422: "The idempotency key came with another request before.",
    429: "Too many requests.",
    503: "The server is busy.",
    504: "The time was over; the run is ended and undone.",
}


def describe(subject: Subject) -> Iterator[Described]:
    """Every trigger and poll."""
    for operation in operations(subject.application, subject.instance):
        yield _described(subject, operation)


def _described(subject: Subject, operation: Operation) -> Described:
    name = operation.action.name
    query = tuple(
        Parameter("query", key, in_text(KINDS[one.kind].schema(one)), one.description, one.required)
        for key, one in operation.query.items()
        if one.model is None
    )
    of_poll = (Parameter("path", "processId", _TEXT, "Of the run that a trigger has started."),)
    body = None
    if operation.method == "POST":
        content = {"application/json": {}, "text/plain": _TEXT}
        body = Body(
            content, required=operation.per_record, description="The action's input `body`, as it is."
        )
    error = subject.schemas.add("IncomingError", _FAILED)
    return Described(
        id=f"{operation.does}_{operation.method.lower()}_{snake(name)}",
        method=operation.method,
        path=operation.path,
        tag="Incoming API",
        summary=operation.description.partition("\n")[0],
        description=operation.description,
        parameters=(*(of_poll if operation.does == "poll" else ()), *query, _MILLISECONDS),
        body=body,
        answers={**_answers(operation), **refusals(error, _REASONS)},
        keyed=operation.does == "trigger",
        security=("nobody", "incoming_key") if operation.anonymous else ("incoming_key",),
    )


def _answers(operation: Operation) -> dict[str, Answer]:
    if operation.own_answer and not operation.per_record:
        return {"default": Answer("What the action answers.", {"*/*": {}})}
    told: dict[str, Any] = {"success": {"type": "boolean"}}
    if operation.does == "poll" or operation.mode == "poll":
        told["processId"] = _TEXT
    if operation.does == "poll":
        told["state"] = {"type": "string", "enum": [*STATES]}
    required = [*told]
    if operation.does == "poll" or operation.mode == "wait":
        told["data"] = {"type": ["object", "null"], "properties": {name: {} for name in operation.outputs}}
        told["data"] = told["data"] if operation.outputs else {}
        required.append("data")
    if operation.per_record:
        told["records"] = _RECORDS
        told["data"] = {}
    if operation.does == "poll" or operation.per_record:
        # They answer 200 where a run has failed.
        told |= _WORDS
    return answers(200, "How it went.", {"type": "object", "properties": told, "required": required})
