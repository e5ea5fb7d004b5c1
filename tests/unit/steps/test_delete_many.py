from __future__ import annotations

import pytest

from tests.unit.steps.conftest import Open
from tests.unit.steps.world import World, actions, shoes

STEPS = """
- create_many: {model: Shoe, values: '=[map_of("name", "a", "price", 1), map_of("name", "b", "price", 5)]'}
- delete_many: {model: Shoe, where: {price: {gt: =least}}, ignore_null: =IGNORE}
  as: gone
"""


async def opened(open_world: Open, ignore: str) -> World:
    return await open_world(actions(STEPS.replace("=IGNORE", ignore), "=gone", ["least"]))


async def test_delete_many_gives_the_records_as_they_were(open_world: Open) -> None:
    world = await opened(open_world, "false")
    gone = await world.run(least=2)
    assert [(shoe["name"], shoe["price"], shoe.model) for shoe in gone] == [("b", 5, "Shoe")]
    assert [name for name, _ in shoes(world)] == ["a"]


@pytest.mark.parametrize(("ignore", "left"), [("false", ["a", "b"]), ("true", [])])
async def test_delete_many_with_a_null_deletes_nothing_unless_told(
    open_world: Open, ignore: str, left: list[str]
) -> None:
    world = await opened(open_world, ignore)
    await world.run(least=None)
    assert [name for name, _ in shoes(world)] == left
