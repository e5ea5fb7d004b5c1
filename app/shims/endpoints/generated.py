"""The generated endpoints of a model: list, one, create, update and delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from app.definition.conditions import Compare
from app.definition.model import Model
from app.edge import keyed
from app.errors import Forbidden, NotFound, Unauthenticated
from app.permissions import Verb
from app.properties import KINDS
from app.resolvers import records
from app.resolvers.context import Context
from app.resolvers.records import parse_id
from app.resolvers.sources import source, wanted, written, written_source
from app.shims.endpoints.lists import Asked, Columns
from app.shims.endpoints.operations import RecordVerb, UseRecords
from app.shims.endpoints.requests import parameters, read_object
from app.storage.records import Wanted
from app.storage.selection import Field, Leaf, One, Selection, Source, Values

_FILE_PARTS = (("name", "name"), ("url", "url"))
_MOST_KEPT = 500
_MOST_BYTES = 2_000
"""Of a query string that is kept."""
_ID = (Leaf("id", "id"),)
VERBS: Mapping[RecordVerb, Verb] = {
    "list": Verb.READ,
    "one": Verb.READ,
    "create": Verb.CREATE,
    "update": Verb.UPDATE,
    "delete": Verb.DELETE,
}


class GeneratedRecords:
    """The generated endpoints of one application generation; keeps what is asked for again."""

    def __init__(self) -> None:
        self._selections: dict[Any, Selection] = {}
        self._asked: dict[Any, Asked] = {}

    def __len__(self) -> int:
        return len(self._asked)

    async def do(self, context: Context, request: Request, does: UseRecords, path: Mapping[str, str]) -> Any:
        """What the operation answers: a record, or `{results, page, per_page}` and, if asked for, `total`."""
        context = context._replace(opened=does.opened)
        model = context.generation.application.models[does.model]
        records.require(context, VERBS[does.verb], does.model)
        if does.verb == "list":
            return await self._list(context, model, request)
        if does.verb == "one":
            return await self._one(context, model, parse_id(path["id"]))
        id = parse_id(path.get("id", "0"))
        if does.verb == "delete":
            context = keyed(context, request, None)
            return (await records.delete(context, model.name, [id], _wanted(context, model)))[0]
        wanted = _wanted(context, model)
        item = await read_object(request, context.server.settings.body_bytes)
        context = keyed(context, request, item)
        if does.verb == "update":
            return await records.update(context, model.name, id, item, wanted)
        return (await records.create(context, model.name, [item], wanted))[0]

    def asked(self, context: Context, columns: Columns, request: Request) -> Asked:
        """What the query string asks for: it depends on what the caller may name, and on nothing else."""
        query: bytes = request.scope["query_string"]
        key = (columns.model.name, columns.names, *columns.parents, query)
        asked = self._asked.get(key)
        if asked is None:
            settings = context.server.settings
            asked = columns.read(parameters(request), settings.take, settings.take_most)
            if len(query) <= _MOST_BYTES:
                _keep(self._asked, key, asked)
        return asked

    async def _list(self, context: Context, model: Model, request: Request) -> Any:
        values = Values()
        shown = source(context, model.name, values)
        parents = _parents(context, model, shown, values)
        columns = Columns(model, shown.names, parents)
        asked = self.asked(context, columns, request)
        operands = [values.add(operand) for operand in asked.operands]
        skip, take = values.add((asked.page - 1) * asked.per_page), values.add(asked.per_page)
        key = (shown, *parents.items(), asked.where, asked.sort, asked.total)
        selection = self._selections.get(key)
        if selection is None:
            where = columns.condition(asked.where, iter(operands))
            fields = _fields(model, shown, parents)
            selection = Selection(shown, fields, where, asked.sort, skip, take, asked.total)
            _keep(self._selections, key, selection)
        (page,) = await records.read(context, [selection], values.done())
        answer = {"results": page.records, "page": asked.page, "per_page": asked.per_page}
        return {**answer, "total": page.total} if asked.total else answer

    async def _one(self, context: Context, model: Model, id: int) -> Any:
        values = Values()
        shown = source(context, model.name, values)
        parents = _parents(context, model, shown, values)
        wanted, first = values.add(id), values.add(1)
        key = (shown, *parents.items())
        selection = self._selections.get(key)
        if selection is None:
            fields = _fields(model, shown, parents)
            selection = Selection(shown, fields, Compare("id", "eq", wanted), take=first)
            _keep(self._selections, key, selection)
        (page,) = await records.read(context, [selection], values.done())
        if not page.records:
            raise NotFound(f"There is no such {model.name}.")
        return page.records[0]


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value


def _wanted(context: Context, model: Model) -> Wanted:
    """A record that was written, as the caller may read it."""
    values = Values()
    shown = written_source(context, model.name, values)
    fields = _fields(model, shown, _parents(context, model, shown, values))
    return wanted(context, written(shown, fields, values), values.done())


def _parents(context: Context, model: Model, shown: Source, values: Values) -> dict[str, Source]:
    """What the belongs_to relations lead to, as far as the caller may read it."""
    found: dict[str, Source] = {}
    for name, relation in model.relations.items():
        if relation.kind != "belongs_to" or name not in shown.names:
            continue
        try:
            found[name] = source(context, relation.model, values)
        except (Forbidden, Unauthenticated):
            continue
    return found


def _fields(model: Model, shown: Source, parents: Mapping[str, Source]) -> tuple[Field, ...]:
    """Every property, files as `{name, url}`, and `{id}` of what the record belongs to."""
    own = tuple(
        Leaf(name, name, _FILE_PARTS if KINDS[property.kind].graphql in ("File", "Image") else ())
        for name, property in model.all_properties.items()
        if name in shown.names
    )
    return own + tuple(One(name, name, Selection(parent, _ID)) for name, parent in parents.items())
