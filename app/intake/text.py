"""An outline as the YAML that its author goes on with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.definition.document import resolve_scalar
from app.intake.outline import Outline, PlannedModel, PlannedProperty, PlannedRelation
from app.json_text import write_json

_PLAIN = re.compile(r"[A-Za-z_=][A-Za-z0-9_=()]*( [A-Za-z0-9_]+)*")
_ORDER = ("required", "unique", "default")
_PRIVILEGES = ("manage", "build", "read_console", "read_schema", "use_api_key")
_EMAIL = "admin@example.org"


def write_definition(outline: Outline, uuid: UUID, source: str) -> str:
    """The definition; `source` says in its first line what it was made of."""
    return "\n".join(_lines(outline, uuid, source)) + "\n"


def _lines(outline: Outline, uuid: UUID, source: str) -> Iterator[str]:
    admin = outline.administrator
    yield from _comment(
        f"Made of {source} by `actionql import`. Change what you like: `actionql check` tells what is wrong."
    )
    for note in outline.notes:
        yield from _comment(note)
    yield f"application: {outline.application}"
    yield f"uuid: {_scalar(uuid.hex)}     # stays whatever else changes: callers know the application by it"
    yield f"title: {_scalar(outline.application.replace('_', ' ').capitalize())}"
    yield from (
        "",
        "# Only administrators may do anything, until `read` and `write` of a model or `allow` of an action say so.",
    )
    yield f"roles:\n  admin: {{privileges: [{', '.join(_PRIVILEGES)}]}}"
    yield "\nauthentication_profiles:"
    fields = "username: email, password: password, roles: roles"
    yield f"  Administrators: {{kind: username_password, model: {admin}, {fields}}}"
    yield "\nmodels:"
    yield f"  {admin}:"
    yield "    properties:"
    yield "      email: {kind: email, required: true, unique: true}"
    yield "      password: {kind: password, required: true}"
    yield "    relations:\n      roles: {has_and_belongs_to_many: Role}"
    yield from _rights()
    for model in outline.models:
        yield from _model(model)
    yield "\n# Made at the first start. The password comes from the environment, or is made up and printed."
    yield "records:"
    yield f"  {admin}:"
    yield f"    - {{email: {_EMAIL}, password: {{secret: ADMIN_PASSWORD}}, roles: [admin]}}"


def _model(model: PlannedModel) -> Iterator[str]:
    yield ""
    yield from _comment(_origin(model), "  ")
    yield f"  {model.name}:"
    for note in model.notes:
        yield from _comment(note, "    ")
    if model.properties:
        yield "    properties:"
        for property in model.properties:
            yield _property(property)
    if model.relations:
        yield "    relations:"
        for relation in model.relations:
            yield f"      {_scalar(relation.name)}: {_relation(relation)}"
    for key, lists in (("unique", model.unique), ("index", model.index)):
        if lists:
            yield f"    {key}: {_scalar(lists)}"
    yield from _rights()


def _origin(model: PlannedModel) -> str:
    key = ", ".join(model.table.primary_key)
    words = f"The table {model.table.name}"
    if model.id is not None:
        return words if model.id == "id" else f"{words}; {model.id} is the id here"
    return (
        f"{words}; its key is {key}, the ids are new" if key else f"{words}; it has no key, the ids are new"
    )


def _rights() -> Iterator[str]:
    yield "    read: {admin: all}"
    yield "    write: {admin: all}"


def _property(property: PlannedProperty) -> str:
    first = [name for name in _ORDER if name in property.options]
    names = [*first, *(name for name in property.options if name not in first)]
    options = {"kind": property.kind, **{name: property.options[name] for name in names}}
    note = f"  # {_one_line('; '.join(property.notes))}" if property.notes else ""
    return f"      {_scalar(property.name)}: {_scalar(options)}{note}"


def _relation(relation: PlannedRelation) -> str:
    return _scalar({relation.kind: relation.model, **relation.options})


def _comment(text: str, indent: str = "") -> Iterator[str]:
    yield f"{indent}# {_one_line(text)}"


def _one_line(text: str) -> str:
    """The text without what would end a comment, or change a terminal."""
    return "".join(one if one.isprintable() else " " for one in " ".join(text.split()))


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(key)}: {_scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return value if _PLAIN.fullmatch(value) and isinstance(resolve_scalar(value), str) else write_json(value)
