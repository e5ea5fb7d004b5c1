"""Tables belong to an application's uuid, whatever it is called."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.storage.fit import fits
from app.storage.migrate import migrate, plan_migration
from app.storage.system import APPLICATION, SYSTEM
from app.storage.tables import Tables
from tests.unit.storage.definitions import OTHER_UUID, UUID, tables
from tests.unit.storage.migrations import HABTM, bring, refusal
from tests.unit.storage.rows import insert, run

MODELS: dict[str, Any] = {
    "Brand": {"properties": {"name": {"kind": "text", "unique": True}}},
    "Shoe": {"relations": {"brand": {"belongs_to": "Brand"}, "tags": {HABTM: "Tag"}}},
    "Tag": {},
}
LONG = "A name of an application that needs more room than a table has for it"


def shop(name: str = "Shop", uuid: str = UUID, **more: Any) -> Tables:
    return tables({**MODELS, **more}, name, uuid)


async def fill(url: str, built: Tables) -> None:
    """A shoe of a brand with a tag."""
    join = built.models["Shoe"].relations["tags"].join
    assert join is not None
    await insert(url, built.models["Brand"].table, {"name": "Acme"})
    await insert(url, built.models["Tag"].table, {})
    await insert(url, built.models["Shoe"].table, {"brand_id": 1})
    await insert(url, join, {"shoe_id": 1, "tag_id": 1})


async def counted(url: str, built: Tables) -> dict[str, int]:
    """How many rows each table has."""
    return {name: len(await run(url, select(table))) for name, table in built.metadata.tables.items()}


async def brands(url: str, built: Tables) -> list[str]:
    table = built.models["Brand"].table
    return [row.name for row in await run(url, select(table.c.name).order_by(table.c.id))]


async def test_other_application_of_the_same_name_is_refused(database_url: str) -> None:
    await bring(database_url, shop())
    await fill(database_url, shop())
    stranger = shop("shop", OTHER_UUID, Hat={})
    assert await refusal(database_url, stranger) == await refusal(database_url, stranger, gone="drop")
    told = await refusal(database_url, stranger)
    assert UUID.replace("-", "") in told and "give this one another name" in told
    planned = await plan_migration(database_url, [SYSTEM, stranger.metadata])
    assert (planned.changes, planned.refusals) == ((), (told,))
    assert await brands(database_url, shop()) == ["Acme"]
    assert await bring(database_url, shop()) == []


async def test_other_application_of_the_same_name_does_not_fit(sqlite_database: str) -> None:
    await bring(sqlite_database, shop())
    assert fits(sqlite_database, [SYSTEM, shop().metadata])
    assert not fits(sqlite_database, [SYSTEM, shop(uuid=OTHER_UUID).metadata])


async def test_application_of_another_name_stands_beside(database_url: str) -> None:
    one, two = shop(), shop("Store", OTHER_UUID)
    await bring(database_url, one)
    await fill(database_url, one)
    await bring(database_url, two)
    assert set((await counted(database_url, two)).values()) == {0}
    await insert(database_url, two.models["Brand"].table, {"name": "Other"})
    assert (await brands(database_url, one), await brands(database_url, two)) == (["Acme"], ["Other"])


@pytest.mark.parametrize(("before", "after"), [("Shop", "Store"), ("Shop", LONG), (LONG, "Shop")])
async def test_renamed_application_keeps_all_its_tables(database_url: str, before: str, after: str) -> None:
    built, renamed = shop(before), shop(after)
    await bring(database_url, built)
    await fill(database_url, built)
    full = sorted((await counted(database_url, built)).values())
    planned = await plan_migration(database_url, [SYSTEM, renamed.metadata])
    assert await brands(database_url, built) == ["Acme"]
    changes = await migrate(database_url, [SYSTEM, renamed.metadata])
    assert [*planned.changes] == changes
    assert (
        {"rename_table"}
        <= {change.kind for change in changes}
        <= {
            "rename_table",
            "create_index",
            "drop_index",
            "add_reference",
            "drop_reference",
        }
    )
    assert sorted((await counted(database_url, renamed)).values()) == full
    assert await brands(database_url, renamed) == ["Acme"]
    assert await bring(database_url, renamed) == []


async def test_renamed_application_may_rename_a_model_too(database_url: str) -> None:
    await bring(database_url, shop())
    await fill(database_url, shop())
    shoe = {"relations": {"maker": {"belongs_to": "Maker", "was": "brand"}, "tags": {HABTM: "Tag"}}}
    maker = {**MODELS["Brand"], "was": "Brand"}
    renamed = tables({"Maker": maker, "Shoe": shoe, "Tag": {}}, "Store")
    await bring(database_url, renamed)
    assert [row.name for row in await run(database_url, select(renamed.models["Maker"].table))] == ["Acme"]


async def test_renamed_application_takes_along_what_its_definition_has_no_more(database_url: str) -> None:
    await bring(database_url, shop(Hat={}))
    await insert(database_url, shop(Hat={}).models["Hat"].table, {})
    await bring(database_url, shop("Store"))
    assert len(await run(database_url, "SELECT id FROM store__hat")) == 1


async def test_former_name_is_free_for_another_application(database_url: str) -> None:
    await bring(database_url, shop())
    await fill(database_url, shop())
    renamed, other = shop("Store"), shop("Shop", OTHER_UUID)
    await bring(database_url, renamed)
    assert await bring(database_url, other)
    assert (await brands(database_url, renamed), await brands(database_url, other)) == (["Acme"], [])
    assert await refusal(database_url, shop())


async def test_name_of_an_application_without_tables_is_free(database_url: str) -> None:
    gone = tables({}, "Shop", OTHER_UUID)
    await bring(database_url, gone)
    await run(database_url, "DROP TABLE shop__role")
    await bring(database_url, shop())
    found = await run(database_url, select(APPLICATION))
    assert [tuple(row) for row in found] == [(UUID.replace("-", ""), "Shop", "shop__")]


async def test_tables_from_before_owners_were_noted_belong_to_whom_they_fit(database_url: str) -> None:
    await bring(database_url, shop())
    await fill(database_url, shop())
    await run(database_url, "DROP TABLE actionql_application")
    assert await bring(database_url, shop()) == ["create_table"]
    assert await brands(database_url, shop()) == ["Acme"]
    assert await refusal(database_url, shop(uuid=OTHER_UUID))
