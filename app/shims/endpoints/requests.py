"""Reads what a request of an endpoint brings: variables of path, query and headers, and its body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.assets import reference
from app.definition.inputs import Sent
from app.definition.model import Application
from app.edge import header, read_body
from app.edge.doors import UnsupportedMediaType
from app.edge.uploads import bounded, chunks
from app.errors import BadInput
from app.json_text import JsonError, Limits, read_foreign_json
from app.properties import KINDS
from app.properties.base import Invalid
from app.resolvers.assets import keep
from app.resolvers.context import Context
from app.shims.endpoints.operations import Body, Media, RunAction, Variable
from app.suggestions import did_you_mean

MOST_PARAMETERS = 100
MOST_FILES = 20
_DEPTH = 32
_DIGITS = 400
FILES = ("file", "image", "multi_file")
MEDIA: Mapping[Media, tuple[str, ...]] = {
    "json": ("application/json",),
    "multipart": ("multipart/form-data", "application/x-www-form-urlencoded"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, files as references; `wrong` are those that cannot be what was sent."""

    fields: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Invalid] = field(default_factory=dict)
    contents: list[str] = field(default_factory=list)
    """Digests of the files."""


@dataclass(frozen=True, slots=True)
class Received:
    """The inputs that a request brought, and all it asks for them as plain values: for files their contents."""

    sent: Sent
    asked: Any


def parameters(request: Request) -> dict[str, list[str]]:
    """The query parameters with all their values."""
    pairs = request.query_params.multi_items()
    if len(pairs) > MOST_PARAMETERS:
        raise BadInput(f"There are more than {MOST_PARAMETERS} query parameters.")
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


async def read_input(
    context: Context, request: Request, does: RunAction, path: Mapping[str, str]
) -> Received:
    """The inputs of an endpoint's action, as they were sent."""
    query = parameters(request)
    values: dict[str, Any] = {}
    wrong = _surplus(query, [one.name for one in does.variables if one.place == "query"])
    for variable in does.variables:
        try:
            given = _given(variable, request, query, path)
            values[variable.input] = sent_text(variable.declared.kind, given)
        except Invalid as problem:
            wrong[variable.name] = problem
    asked: list[Any] = [dict(values)]
    if does.body is not None:
        values[does.body.input], body = await _read_body(context, request, does.body, wrong)
        asked.append(body)
    return Received(Sent(values, {one.input: one.name for one in does.variables}, wrong), asked)


async def read_object(request: Request, most: int) -> Mapping[str, Any]:
    """A body that is a JSON object."""
    found = await read_json(request, most)
    if not isinstance(found, Mapping):
        raise BadInput("The body is a JSON object.")
    return found


async def read_json(request: Request, most: int) -> Any:
    """The body's JSON; None where there is no body."""
    body = await read_body(request, most)
    if not body:
        return None
    _check_media(request, "json")
    try:
        return read_foreign_json(body, Limits(most, _DEPTH, _DIGITS))
    except JsonError as error:
        raise BadInput(f"The body is no JSON: {error}.") from None


async def read_form(context: Context, request: Request, kinds: Mapping[str, str]) -> Form:
    """The body's form; the files of fields with these kinds are kept, and become references."""
    _check_media(request, "multipart")
    settings = context.server.settings
    counted = bounded(request, settings.upload_bytes + settings.body_bytes)
    limits = {"max_files": MOST_FILES, "max_fields": MOST_PARAMETERS, "max_part_size": settings.body_bytes}
    found = Form()
    try:
        async with counted.form(**limits) as form:
            for name in dict.fromkeys(form):
                try:
                    kind = kinds.get(name, "")
                    found.fields[name] = await _field(context, form.getlist(name), kind, found.contents)
                except Invalid as problem:
                    found.wrong[name] = problem
    except HTTPException as error:
        raise BadInput(f"This is not a form as it should be: {error.detail}") from None
    return found


def _surplus(query: Mapping[str, Any], known: Sequence[str]) -> dict[str, Invalid]:
    return {
        name: Invalid("is_unknown", f"is no query parameter of this endpoint.{did_you_mean(name, known)}")
        for name in query
        if name not in known
    }


def _given(
    variable: Variable, request: Request, query: Mapping[str, list[str]], path: Mapping[str, str]
) -> list[str]:
    if variable.place == "path":
        return [path[variable.name]]
    if variable.place == "query":
        return query.get(variable.name, [])
    sent = header(request, variable.name.lower().encode())
    return [] if sent is None else [sent]


def sent_text(kind: str, given: list[str]) -> Any:
    """One text, or several for kinds that are lists; an empty one is as good as none."""
    present = [text for text in given if text]
    if len(present) < 2:
        return present[0] if present else None
    if not kind or KINDS[kind].graphql != "JSON":
        raise Invalid("is_invalid", "is given more than once")
    return present


async def _read_body(
    context: Context, request: Request, body: Body, wrong: dict[str, Invalid]
) -> tuple[Any, Any]:
    """The input that the body is, and what it asks."""
    if body.media == "json":
        found = await read_json(request, context.server.settings.body_bytes)
        return found, found
    kinds = _kinds(context.generation.application, body)
    form = await read_form(context, request, kinds)
    wrong.update(form.wrong)
    texts = {name: value for name, value in form.fields.items() if kinds.get(name) not in FILES}
    asked = [texts, form.contents]
    return (form.fields.get(body.input) if body.declared.kind in FILES else form.fields), asked


def _kinds(application: Application, body: Body) -> dict[str, str]:
    """Which fields of a form have which kind."""
    if body.declared.model is None:
        return {body.input: body.declared.kind}
    properties = application.models[body.declared.model].properties
    return {name: property.kind for name, property in properties.items()}


async def _field(context: Context, given: Sequence[str | UploadFile], kind: str, contents: list[str]) -> Any:
    values = []
    for one in given:
        if isinstance(one, str):
            values.append(one)
        elif one.filename or one.size:
            if kind not in FILES:
                raise Invalid("is_invalid", "takes no file")
            kept = await keep(context, one.filename or "", chunks(one))
            contents.append(kept.sha256)
            values.append(reference(kept))
    if kind == "multi_file":
        return values
    if len(values) < 2:
        return (values[0] or None) if values else None
    if not kind or KINDS[kind].graphql != "JSON":
        raise Invalid("is_invalid", "is given more than once")
    return values


def _check_media(request: Request, media: Media) -> None:
    sent = Headers()
    sent["content-type"] = header(request, b"content-type") or ""
    if sent.get_content_type() not in MEDIA[media]:
        raise UnsupportedMediaType(f"The content type of this request is {MEDIA[media][0]}.")
