"""Seed records have values that their model takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.checks.base import Finding, Findings, Subject, members, unknown
from app.definition.model import ROLE_MODEL, Model, Property
from app.definition.source import Path
from app.expressions import Expression, ExpressionError
from app.properties import KINDS
from app.properties.base import Invalid

FROM_ENVIRONMENT = ({"secret"}, {"env"})
SEED_NAMES = {"now", "today"}


def check(subject: Subject) -> Findings:
    """One finding for each value that is unknown, missing or does not fit."""
    for name, records in subject.application.records.items():
        model = subject.model(name)
        if model is None:
            continue
        for index, record in enumerate(records):
            yield from _record(subject, model, record, ("records", name, index))


def _record(subject: Subject, model: Model, record: Mapping[str, Any], path: Path) -> Findings:
    for key, value in record.items():
        here: Path = (*path, key)
        if key in model.relations:
            yield from _related(subject, model, key, value, here)
        elif key in model.properties:
            yield from _value(model.properties[key], value, here)
        else:
            message = unknown("property or relation", key, members(model), f" of {model.name}")
            yield Finding(here, message)
    for key, found in model.properties.items():
        if found.required and found.default is None and record.get(key) is None:
            yield Finding(path, f"missing value {key!r}; {model.name} needs it")


def _value(found: Property, value: Any, path: Path) -> Findings:
    kind = KINDS.get(found.kind)
    if kind is None or value is None:
        return
    if not kind.writable:
        yield Finding(path, f"a {found.kind} is set by the server; leave it out")
    elif isinstance(value, Mapping) and set(value) in FROM_ENVIRONMENT:
        if "secret" in value and found.kind != "password":
            yield Finding(path, "a secret may only fill a property of kind password; write env instead")
    elif isinstance(value, str) and value.startswith("="):
        yield from _expression(value, path)
    else:
        try:
            kind.parse(value, found)
        except Invalid as invalid:
            yield Finding(path, f"{found.name} {invalid}")


def _expression(text: str, path: Path) -> Findings:
    try:
        names = Expression.parse(text[1:]).names
    except ExpressionError as error:
        yield Finding(path, error.message)
        return
    for name in sorted(names - SEED_NAMES):
        yield Finding(path, f"{unknown('name', name, SEED_NAMES)} A seed record knows now and today.")


def _related(subject: Subject, model: Model, key: str, value: Any, path: Path) -> Findings:
    relation = model.relations[key]
    if relation.to_many and not isinstance(value, list):
        yield Finding(path, f"{key} leads to many; write a list")
    elif relation.model == ROLE_MODEL:
        roles = subject.names_in("roles")
        for index, name in enumerate(value if isinstance(value, list) else [value]):
            if str(name) not in roles:
                yield Finding(
                    (*path, index) if isinstance(value, list) else path, unknown("role", str(name), roles)
                )
