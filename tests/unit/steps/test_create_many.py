from __future__ import annotations

from typing import Any

import pytest

from app.errors import ActionQLError, BadInput, StepFailed, TooLarge
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions, shoes

MAKE = """
- create_many: {model: Shoe, values: =rows}
  as: made
"""


async def test_create_many_gives_the_records_in_order(perform: Perform) -> None:
    made = await perform(MAKE, "=made", rows=[{"name": "b"}, {"name": "a", "price": 2}])
    assert [(shoe["name"], shoe.model) for shoe in made] == [("b", "Shoe"), ("a", "Shoe")]


async def test_create_many_of_null_makes_none(perform: Perform) -> None:
    assert await perform(MAKE, "=made", rows=None) == []


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ({"name": "a"}, StepFailed),
        (["a"], StepFailed),
        ([{}] * 5_001, TooLarge),
        ([{"name": "a"}, {"name": None}], BadInput),
    ],
)
async def test_create_many_of_wrong_values_makes_none(
    open_world: Open, rows: Any, error: type[ActionQLError]
) -> None:
    world = await open_world(actions(MAKE, inputs=["rows"]))
    with pytest.raises(error):
        await world.run(rows=rows)
    assert shoes(world) == []
