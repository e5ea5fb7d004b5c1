"""The values of a record as callers send them: under any spelling of a name, in forms as text, files by their URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from app.definition.model import SERVER_PROPERTIES, Model
from app.errors import BadInput
from app.properties import KINDS
from app.shims.records.addresses import Addresses


def record_values(addresses: Addresses, model: Model, record: Any, form: bool) -> dict[str, Any]:
    """The values by the names of the definition; raises `BadInput` where `record` is no object.

    What the server makes itself is left out, since callers send back whole records as they got them.
    """
    if not isinstance(record, Mapping):
        raise BadInput("record is an object with values of properties.", {"record": ["is_invalid"]})
    found: dict[str, Any] = {}
    for key, value in record.items():
        name = addresses.member(model, str(key)) or str(key)
        if not _made_by_server(model, name):
            found[name] = _value(model, name, value, form)
    return found


def collection_values(addresses: Addresses, model: Model, content: Any) -> list[dict[str, Any]]:
    """The records of a whole collection, from a list or `{"records": [..]}`; each with its `id`, if it has one."""
    records = content
    if isinstance(content, Mapping):
        records = content.get("records", content.get("record"))
    if not isinstance(records, list):
        raise BadInput("records is the list of all records.", {"records": ["is_required"]})
    made = []
    for record in records:
        values = record_values(addresses, model, record, form=False)
        made.append({**values, "id": record["id"]} if "id" in record else values)
    return made


def input_values(content: Mapping[str, Any], form: bool) -> dict[str, Any]:
    """The input of an action; what a form leaves empty is not there."""
    return {key: value for key, value in content.items() if not (form and value == "")}


def _made_by_server(model: Model, name: str) -> bool:
    property = model.all_properties.get(name)
    return name in SERVER_PROPERTIES or (property is not None and not KINDS[property.kind].writable)


def _value(model: Model, name: str, value: Any, form: bool) -> Any:
    property = model.properties.get(name)
    if property is None:
        return value
    kind = KINDS[property.kind]
    if form and value == "" and kind.graphql != "String":
        return None
    return _reference(value) if kind.graphql in ("File", "Image") else value


def _reference(value: Any) -> Any:
    """The reference to a stored file behind its address, or behind `{name, url}` as reading gives it."""
    url = value.get("url") if isinstance(value, Mapping) else value
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return value
    try:
        path = urlsplit(url).path
    except ValueError:
        return value
    _, found, rest = path.partition("/assets/")
    return unquote(rest) if found else value
