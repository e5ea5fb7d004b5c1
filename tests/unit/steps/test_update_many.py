from __future__ import annotations

import pytest

from app.errors import BadInput
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions, shoes

MAKE = """
- create_many:
    model: Shoe
    values: '=[map_of("name", "a", "price", 1), map_of("name", "b", "price", 5), map_of("name", "c")]'
"""


async def test_update_many_changes_what_the_filter_selects(perform: Perform) -> None:
    changed = await perform(
        f"{MAKE}- update_many: {{model: Shoe, where: {{price: {{gteq: =least}}}}, values: {{name: =name}}}}\n"
        "  as: changed",
        "=changed",
        least=5,
        name="dear",
    )
    assert [(shoe["name"], shoe["price"], shoe.model) for shoe in changed] == [("dear", 5, "Shoe")]


@pytest.mark.parametrize(("ignore", "names"), [("false", ["a", "b", "c"]), ("true", ["x", "x", "x"])])
async def test_update_many_with_a_null_changes_nothing_unless_told(
    open_world: Open, ignore: str, names: list[str]
) -> None:
    where = f"where: {{price: {{lt: =most}}}}, ignore_null: {ignore}"
    world = await open_world(
        actions(f"{MAKE}- update_many: {{model: Shoe, {where}, values: {{name: x}}}}", inputs=["most"])
    )
    await world.run(most=None)
    assert [name for name, _ in shoes(world)] == names


async def test_update_many_that_breaks_one_record_changes_none(open_world: Open) -> None:
    world = await open_world(
        """
        Make:
          steps: [{create_many: {model: Shoe, values: '=[map_of("name", "a"), map_of("name", "b")]'}}]
        Change:
          steps: [{update_many: {model: Shoe, values: {price: 2000}}}]
        """
    )
    await world.run("Make")
    with pytest.raises(BadInput):
        await world.run("Change")
    assert shoes(world) == [("a", None), ("b", None)]
