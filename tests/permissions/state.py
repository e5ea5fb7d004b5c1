"""The whole of the stored records, past every grant, in the words of the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.permissions import Verb
from app.resolvers.context import Generation
from app.storage.selection import Selection, Source, whole
from app.storage.work import Work
from tests.permissions.oracle import Row, World, seeded


def look(generation: Generation) -> Work[World]:
    """Every record of the models that the oracle knows."""
    world: World = {}
    for model, rows in seeded().items():
        columns = next(iter(rows.values()))
        names = generation.permissions.of_application(Verb.READ, model).names
        fields = whole(generation.application.models[model], names)
        selection = Selection(Source(model, names, None), fields)
        page = yield from generation.records.select(selection, ())
        world[model] = {record["id"]: _row(record, columns) for record in page.records}
    return world


def _row(record: Mapping[str, Any], columns: Row) -> Row:
    return {
        name: record[name]["id"] if isinstance(record[name], Mapping) else record[name] for name in columns
    }
