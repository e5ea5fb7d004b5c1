from __future__ import annotations

import pytest
from sqlalchemy import select

from app.storage.migrate import (
    MigrationRefused,
    migrate,
)
from app.storage.system import SYSTEM
from app.storage.tables import Tables
from tests.unit.storage.definitions import tables
from tests.unit.storage.migrations import bring, refusal, shoes
from tests.unit.storage.rows import insert, run


async def test_new_required_property_without_default_is_refused_where_there_are_records(
    database_url: str,
) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Shoe"].table, {}, {})
    built = shoes({"size": {"kind": "number", "required": True}})
    assert "Shoe.size is required, but 2 records would have no value" in await refusal(database_url, built)
    assert await bring(database_url, shoes({})) == []


async def test_what_is_gone_is_refused_where_it_holds_something(database_url: str) -> None:
    before = shoes({"size": {"kind": "number"}, "code": {"kind": "text"}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"size": 43}, {"size": 44}, {})
    reason = await refusal(database_url, shoes({"new": {"kind": "text"}}), gone="refuse")
    assert reason.startswith(
        "the column size of shop__shoe with its 2 values, which the definition no longer"
    )
    assert "`was:`" in reason and "--yes-destroy" in reason
    assert await bring(database_url, before) == []
    assert await bring(database_url, shoes({"size": {"kind": "number"}}), gone="refuse") == ["keep_column"]


async def test_model_that_is_gone_is_refused_where_it_has_records(database_url: str) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Brand"].table, {"name": "b"})
    reason = await refusal(database_url, tables({}), gone="refuse")
    assert reason.startswith("the table shop__brand with its 1 row, which the definition no longer has")
    assert set(await bring(database_url, tables({}), gone="drop")) == {"drop_table"}


async def test_unique_is_refused_where_values_stand_twice(database_url: str) -> None:
    table = shoes({"code": {"kind": "text"}}).models["Shoe"].table
    await bring(database_url, shoes({"code": {"kind": "text"}}))
    await insert(database_url, table, {"code": "a"}, {"code": "a"}, {"code": "b"}, {}, {})
    unique = shoes({"code": {"kind": "text", "unique": True}})
    assert await refusal(database_url, unique) == "Shoe.code is unique now, but several records share 1 value"
    await run(database_url, table.delete().where(table.c.id == 1))
    assert await bring(database_url, unique) == ["create_index"]
    assert await bring(database_url, shoes({"code": {"kind": "text"}})) == ["drop_index"]


async def test_unique_with_a_default_is_refused_for_more_than_one_record(database_url: str) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Shoe"].table, {}, {})
    new = {"kind": "text", "required": True, "unique": True, "default": "x"}
    assert "Shoe.code is unique now" in await refusal(database_url, shoes({"code": new}))


async def test_property_that_is_gone_stays_in_the_database(database_url: str) -> None:
    before = shoes({"size": {"kind": "number"}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"size": 43})
    changes = await migrate(database_url, [SYSTEM, shoes({}).metadata])
    assert [change.text for change in changes] == [
        "leaves the column size of shop__shoe with its 1 value, which the definition no longer has"
    ]
    assert await bring(database_url, before) == []
    assert [row.size for row in await run(database_url, select(before.models["Shoe"].table))] == [43]


async def test_required_property_that_is_gone_is_refused_where_there_are_records(database_url: str) -> None:
    before = shoes({"size": {"kind": "number", "required": True}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"size": 43})
    reason = await refusal(database_url, shoes({}))
    assert "every record must have a value" in reason
    assert "`required: false`" in reason
    await bring(database_url, shoes({"size": {"kind": "number"}}))
    assert await bring(database_url, shoes({})) == ["keep_column"]
    await insert(database_url, shoes({}).models["Shoe"].table, {})


async def test_required_property_that_is_gone_is_dropped_from_an_empty_table(database_url: str) -> None:
    await bring(database_url, shoes({"size": {"kind": "number", "required": True, "unique": True}}))
    assert set(await bring(database_url, shoes({}))) == {"drop_index", "drop_column"}


async def test_model_that_is_gone_stays_in_the_database(database_url: str) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Brand"].table, {"name": "b"})
    without = tables({})
    assert await bring(database_url, without) == ["keep_table", "keep_table"]
    assert await bring(database_url, shoes({})) == []
    assert len(await run(database_url, select(shoes({}).models["Brand"].table))) == 1


async def test_what_is_gone_is_dropped_when_it_is_to_be_destroyed(database_url: str) -> None:
    before = shoes({"size": {"kind": "number", "required": True, "unique": True}, "code": {"kind": "text"}})
    await bring(database_url, before)
    await insert(database_url, before.models["Brand"].table, {"name": "b"})
    await insert(database_url, before.models["Shoe"].table, {"size": 43, "code": "x", "brand_id": 1})
    after = tables({"Shoe": {"properties": {"code": {"kind": "text"}}}})
    done = await bring(database_url, after, gone="drop")
    assert {"drop_column", "drop_table", "drop_index"} == set(done)
    assert [row.code for row in await run(database_url, select(after.models["Shoe"].table))] == ["x"]
    assert await bring(database_url, after) == []


async def test_relation_to_another_model_is_refused_where_there_are_values(database_url: str) -> None:
    def built(target: str) -> Tables:
        return tables({"Brand": {}, "Maker": {}, "Shoe": {"relations": {"by": {"belongs_to": target}}}})

    before = built("Brand")
    await bring(database_url, before)
    await insert(database_url, before.models["Brand"].table, {})
    await insert(database_url, before.models["Maker"].table, {})
    await insert(database_url, before.models["Shoe"].table, {"by_id": 1})
    assert "no longer leads to shop__brand, but does in 1 record" in await refusal(
        database_url, built("Maker")
    )
    await run(database_url, before.models["Shoe"].table.update().values(by_id=None))
    assert sorted(await bring(database_url, built("Maker"))) == ["add_reference", "drop_reference"]


async def test_refusals_are_listed_together_and_nothing_is_changed(database_url: str) -> None:
    before = shoes({"size": {"kind": "number"}, "code": {"kind": "text"}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"code": "x"}, {"code": "x"})
    after = shoes(
        {
            "size": {"kind": "number", "required": True},
            "code": {"kind": "text", "unique": True},
            "new": {"kind": "text"},
        }
    )
    with pytest.raises(MigrationRefused) as caught:
        await migrate(database_url, [SYSTEM, after.metadata])
    assert len(caught.value.refusals) == 2
    assert await bring(database_url, before) == []
