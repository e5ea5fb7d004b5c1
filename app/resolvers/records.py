"""Reading and writing records of models, for every door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from app.definition.conditions import Condition
from app.errors import BadInput, TooLarge
from app.permissions import Grant, Verb
from app.resolvers.audit import about, entry, refusals_told, tells_refusals
from app.resolvers.context import Context
from app.resolvers.links import links
from app.resolvers.repeats import once
from app.resolvers.sources import ID_KEY
from app.storage.records import Unhashed, Wanted, Write
from app.storage.selection import Query, Values
from app.storage.shape import Page
from app.storage.work import Work

T = TypeVar("T")
Item = Mapping[str, Any]
MOST_AT_ONCE = 200
MOST_IN_COLLECTION = 10_000
"""Records of a collection that is replaced or deleted as a whole: other writers wait meanwhile."""


async def read(context: Context, queries: Sequence[Query], values: Sequence[Any]) -> list[Page]:
    """A page for each query, all on one snapshot; JSON-ready."""
    link = links(context)

    def work() -> Work[list[Page]]:
        pages = []
        for query in queries:
            pages.append((yield from context.generation.records.select(query, values, "wire", link)))
        return pages

    return await context.server.database.read(work)


async def read_by_ids(context: Context, ids: Sequence[int], wanted: Wanted) -> list[Any]:
    """The records with these ids as the caller may read them, in this order; null for one it may not."""
    return await context.server.database.read(lambda: _answers(context, ids, wanted))


@tells_refusals("create")
async def create(context: Context, model: str, items: Sequence[Item], wanted: Wanted) -> list[Any]:
    """Makes records, all or none, and answers them."""
    grant = context.authorize(Verb.CREATE, model)
    if len(items) == 1:
        return [await _create_one(context, grant, items[0], wanted)]

    def work(write: Write) -> Work[list[int]]:
        ids = []
        for item in _bounded(items):
            ids.append((yield from context.generation.records.create(grant, item, write)))
        return ids

    return await _write(context, "create", model, work, wanted)


async def _create_one(context: Context, grant: Grant, item: Item, wanted: Wanted) -> Any:
    told = entry(context, "create", grant.model)

    def work(write: Write) -> Work[tuple[int, Any]]:
        records = context.generation.records
        # What is done once is not all that its transaction does.
        last = context.repeat is None
        return records.create_and_read(grant, item, write, wanted, last=last, told=told)

    _, made = await _hashing(context, work)
    if made is not None:
        del made[ID_KEY]
    return made


@tells_refusals("update")
async def update(context: Context, model: str, id: int, item: Item, wanted: Wanted) -> Any:
    """Changes one record and answers it; `NotFound` where the caller may not change it."""
    grant = context.authorize(Verb.UPDATE, model)

    def work(write: Write) -> Work[list[int]]:
        yield from context.generation.records.update(grant, id, item, write)
        return [id]

    return (await _write(context, "update", model, work, wanted))[0]


@tells_refusals("update")
async def update_many(
    context: Context, model: str, where: Condition | None, values: Values, item: Item, wanted: Wanted
) -> list[Any]:
    """Changes every record that a condition selects of those the caller may read, and answers them."""
    grant = context.authorize(Verb.UPDATE, model)
    selecting = grant.within(context.authorize(Verb.READ, model))

    def work(write: Write) -> Work[list[int]]:
        ids = yield from _selected(context, selecting, where, values)
        for id in ids:
            yield from context.generation.records.update(grant, id, item, write)
        return ids

    return await _write(context, "update", model, work, wanted)


@tells_refusals("upsert")
async def upsert(
    context: Context, model: str, items: Sequence[Item], unique_by: Sequence[str], wanted: Wanted
) -> list[Any]:
    """Changes the records that agree in `unique_by`, makes the others, all or none, and answers them."""
    if not unique_by:
        raise BadInput("uniqueBy names at least one property.", {"uniqueBy": ["is_required"]})
    creating = context.authorize(Verb.CREATE, model)
    updating = context.authorize(Verb.UPDATE, model)

    def work(write: Write) -> Work[list[int]]:
        ids = []
        for item in _bounded(items):
            id, _ = yield from context.generation.records.upsert(creating, updating, item, unique_by, write)
            ids.append(id)
        return ids

    return await _write(context, "upsert", model, work, wanted)


@tells_refusals("delete")
async def delete(context: Context, model: str, ids: Sequence[int], wanted: Wanted) -> list[Any]:
    """Removes records, all or none, and answers them as they were."""
    grant = context.authorize(Verb.DELETE, model)

    def work(write: Write) -> Work[list[Any]]:
        found = yield from _answers(context, ids, wanted)
        for id in ids:
            yield from context.generation.records.delete(grant, id)
        yield from _tell(context, "delete", model, ids)
        return found

    return await _hashing(context, work)


@tells_refusals("delete")
async def delete_many(
    context: Context, model: str, where: Condition | None, values: Values, wanted: Wanted
) -> list[Any]:
    """Removes every record that a condition selects of those the caller may read; answers them as they were."""
    grant = context.authorize(Verb.DELETE, model)
    selecting = grant.within(context.authorize(Verb.READ, model))

    def work(write: Write) -> Work[list[Any]]:
        ids = yield from _selected(context, selecting, where, values)
        found = yield from _answers(context, ids, wanted)
        for id in ids:
            yield from context.generation.records.delete(grant, id)
        yield from _tell(context, "delete", model, ids)
        return found

    return await _hashing(context, work)


@tells_refusals("replace")
async def replace_all(context: Context, model: str, items: Sequence[Item], wanted: Wanted) -> list[Any]:
    """Makes these the only records that there are of those the caller may read and remove, all or nothing.

    What has the `id` of one of them changes it, the others are made; takes a right of its own.
    """
    context.generation.permissions.may_on_collection(context.principal, "replace", model)
    creating, updating = context.authorize(Verb.CREATE, model), context.authorize(Verb.UPDATE, model)
    records = context.generation.records
    named = [parse_id(item["id"]) for item in items if item.get("id") is not None]
    if len(items) > MOST_IN_COLLECTION:
        raise TooLarge(f"At most {MOST_IN_COLLECTION} records at once.")

    def work(write: Write) -> Work[list[int]]:
        present = yield from _collection(context, model)
        if len(set(named)) < len(named) or not present.issuperset(named):
            raise BadInput(
                "An id is that of a record that there is, and stands once.", {"id": ["is_invalid"]}
            )
        for id in sorted(present.difference(named)):
            yield from records.delete(context.authorize(Verb.DELETE, model), id)
        ids = []
        for item in items:
            values = {key: value for key, value in item.items() if key != "id"}
            if item.get("id") is None:
                ids.append((yield from records.create(creating, values, write)))
                continue
            ids.append(parse_id(item["id"]))
            yield from records.update(updating, ids[-1], values, write)
        return ids

    return await _write(context, "replace", model, work, wanted)


@tells_refusals("delete")
async def delete_all(context: Context, model: str) -> None:
    """Removes every record that the caller may read and remove, all or none; takes a right of its own."""
    context.generation.permissions.may_on_collection(context.principal, "delete", model)
    grant = context.authorize(Verb.DELETE, model)

    def work() -> Work[None]:
        ids = sorted((yield from _collection(context, model)))
        for id in ids:
            yield from context.generation.records.delete(grant, id)
        yield from _tell(context, "delete", model, ids)

    await once(context, work)


def require(context: Context, verb: Verb, model: str) -> None:
    """Raises what the operation itself would, for a door that reads more of the request only from who may."""
    if verb is Verb.READ:
        context.authorize(verb, model)
        return
    with refusals_told(context, verb.value, model):
        context.authorize(verb, model)


def parse_id(value: Any) -> int:
    """A record's id as callers write it, a number or its digits."""
    text = str(value)
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise BadInput("An id is a whole number.", {"id": ["is_invalid"]})
    return int(text)


def _collection(context: Context, model: str) -> Work[set[int]]:
    """The ids of all records that the caller may read and remove; `TooLarge` beyond `MOST_IN_COLLECTION`."""
    grant = context.authorize(Verb.DELETE, model).within(context.authorize(Verb.READ, model))
    ids = yield from context.generation.records.find_ids(grant, None, (), MOST_IN_COLLECTION + 1)
    if len(ids) > MOST_IN_COLLECTION:
        raise TooLarge(f"There are more than {MOST_IN_COLLECTION} records.")
    return set(ids)


def _bounded(items: Sequence[Item]) -> Sequence[Item]:
    if len(items) > MOST_AT_ONCE:
        raise TooLarge(f"At most {MOST_AT_ONCE} records at once.")
    return items


def _selected(context: Context, grant: Grant, where: Condition | None, values: Values) -> Work[list[int]]:
    ids = yield from context.generation.records.find_ids(grant, where, values.done(), MOST_AT_ONCE + 1)
    if len(ids) > MOST_AT_ONCE:
        raise TooLarge(f"That selects more than {MOST_AT_ONCE} records.")
    return ids


async def _write(
    context: Context, operation: str, model: str, work: Callable[[Write], Work[list[int]]], wanted: Wanted
) -> list[Any]:
    def answered(write: Write) -> Work[list[Any]]:
        ids = yield from work(write)
        yield from _tell(context, operation, model, ids)
        return (yield from _answers(context, ids, wanted))

    return await _hashing(context, answered)


def _tell(context: Context, operation: str, model: str, ids: Sequence[int]) -> Work[None]:
    yield from context.server.trail.tell(about(entry(context, operation, model), ids))


def _answers(context: Context, ids: Sequence[int], wanted: Wanted) -> Work[list[Any]]:
    """The records with these ids as they are now, in this order; null for one the caller may not read."""
    values = (*wanted.values, list(ids))
    records = context.generation.records
    page = yield from records.select(wanted.selection, values, wanted.form, wanted.link)
    found = {record.pop(ID_KEY): record for record in page.records}
    return [found.get(id) for id in ids]


async def _hashing(context: Context, work: Callable[[Write], Work[T]]) -> T:
    """Runs a write; passwords in it are hashed outside the transaction, which is then started again."""
    hashes: dict[str, str] = {}
    while True:
        try:
            return await once(context, lambda: work(Write(datetime.now(UTC), hashes)))
        except Unhashed as missing:
            hashes[missing.text] = await context.server.passwords.hash(missing.text)
