from __future__ import annotations

import pytest

from app.errors import Conflict, NotFound, StepFailed
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions, shoes

MAKE = """
- create: {model: Shoe, values: {name: Runner}}
  as: shoe
"""


@pytest.mark.parametrize("options", ["=shoe", "{record: =shoe.id, model: Shoe}"])
async def test_delete_gives_the_record_as_it_was(open_world: Open, options: str) -> None:
    world = await open_world(actions(f"{MAKE}- delete: {options}\n  as: gone", "=gone"))
    gone = await world.run()
    assert (gone.model, gone["name"]) == ("Shoe", "Runner")
    assert shoes(world) == []


async def test_delete_twice_is_not_found(perform: Perform) -> None:
    with pytest.raises(NotFound):
        await perform(f"{MAKE}- delete: =shoe\n- delete: =shoe")


async def test_delete_of_null_fails(perform: Perform) -> None:
    with pytest.raises(StepFailed, match="null"):
        await perform("- delete: =null")


async def test_delete_of_what_is_referred_to_is_a_conflict(perform: Perform) -> None:
    with pytest.raises(Conflict, match="referred to"):
        await perform(
            """
            - create: {model: Maker, values: {name: Zed}}
              as: maker
            - create: {model: Shoe, values: {name: Runner, maker: =maker}}
            - delete: =maker
            """
        )
