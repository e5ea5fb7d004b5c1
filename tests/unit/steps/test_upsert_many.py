from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions, shoes

UPSERT = "- upsert_many: {model: Shoe, unique_by: [name], values: =rows}\n  as: written\n"


async def test_each_item_changes_the_record_that_agrees_or_makes_one(open_world: Open) -> None:
    world = await open_world(actions(UPSERT, "=pluck(written, 'id')".replace("'", '"'), ["rows"]))
    assert await world.run(rows=[{"name": "a", "price": 1}, {"name": "b"}]) == [1, 2]
    assert await world.run(rows=[{"name": "b", "price": 3}, {"name": "c"}, {"name": "c", "price": 4}]) == [
        2,
        3,
        3,
    ]
    assert shoes(world) == [("a", 100), ("b", 300), ("c", 400)]
    assert await world.run(rows=None) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [([{"price": 1}], "lacks what tells records apart"), ([1], "holds the values"), (5, "not a list")],
)
async def test_what_are_no_values_fails_and_writes_nothing(perform: Perform, rows: Any, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        await perform(UPSERT, rows=rows)
