"""Records and runs leave their entry in the transaction that makes them; on PostgreSQL in the very statement."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.errors import BadInput, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.resolvers import records, sources
from app.resolvers.actions import run_action
from app.resolvers.context import Context
from app.storage.records import Wanted
from app.storage.selection import Leaf, Values
from tests.audit.trails import Trails
from tests.keys.depot import Depot, opened, settings

CLERK = Principal(record={"id": "u-1", "email": "a@b.nl"}, roles=frozenset({"clerk"}), key="k-1")


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[tuple[Depot, Trails]]:
    async with opened(settings(database_url, tmp_path), DEFINITION) as depot:
        (newest,) = await Trails(depot.server, database_url).told(most=1)
        yield depot, Trails(depot.server, database_url, behind=newest.sequence)


DEFINITION = Path(__file__).parent / "application.yaml"


def context(depot: Depot, principal: Principal) -> Context:
    return Context(
        depot.server, depot.generation, principal, "tests", "request-1", "192.0.2.7", lambda: "http://x"
    )


def answered(asked: Context) -> Wanted:
    values = Values()
    shown = sources.source(asked, "Parcel", values)
    return sources.wanted(asked, sources.written(shown, (Leaf("code", "code"),), values), values.done())


async def test_record_is_told_with_its_id(shop: tuple[Depot, Trails]) -> None:
    depot, trails = shop
    asked = context(depot, CLERK)
    assert await records.create(asked, "Parcel", [{"code": "canary"}], answered(asked)) == [
        {"code": "canary"}
    ]
    (told,) = await trails.told()
    entry = told.entry
    assert (entry.actor, entry.behalf, entry.operation) == ("user:u-1", "caller", "create")
    assert (entry.subject, entry.ids, entry.result) == ("Parcel", (1,), "ok")
    assert (entry.door, entry.address, entry.request_id) == ("tests", "192.0.2.7", "request-1")
    assert "canary" not in repr(told)


async def test_several_changes_are_one_entry(shop: tuple[Depot, Trails]) -> None:
    depot, trails = shop
    asked = context(depot, CLERK)
    await records.create(asked, "Parcel", [{"code": "a"}, {"code": "b"}], answered(asked))
    await records.update(asked, "Parcel", 1, {"code": "c"}, answered(asked))
    await records.delete(asked, "Parcel", [1, 2], answered(asked))
    told = [(one.entry.operation, one.entry.ids) for one in await trails.told()]
    assert told == [("delete", (1, 2)), ("update", (1,)), ("create", (1, 2))]


async def test_write_that_fails_is_not_told_and_a_refused_one_is(shop: tuple[Depot, Trails]) -> None:
    depot, trails = shop
    asked = context(depot, CLERK)
    wanted = answered(asked)
    with pytest.raises(BadInput):
        await records.create(asked, "Parcel", [{"code": 5}], wanted)
    with pytest.raises(Unauthenticated):
        await records.create(context(depot, ANYBODY), "Parcel", [{"code": "a"}], wanted)
    await depot.server.trail.close()
    (told,) = await trails.told()
    assert (told.entry.actor, told.entry.operation) == ("system", "create")
    assert (told.entry.result, told.entry.ids) == ("UNAUTHENTICATED", ())


async def test_run_is_told_with_its_id_and_result(shop: tuple[Depot, Trails]) -> None:
    depot, trails = shop
    await run_action(context(depot, CLERK), "Send", {})
    with pytest.raises(Exception, match="lost"):
        await run_action(context(depot, CLERK), "Lose", {})
    lost, sent = [one.entry for one in await trails.told()]
    assert (sent.operation, sent.subject, sent.behalf, sent.result) == ("run", "Send", "application", "ok")
    assert (lost.operation, lost.subject, lost.result) == ("run", "Lose", "ACTION_FAILED")
    assert sent.run_id and lost.run_id and sent.run_id != lost.run_id
