from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import DefinitionError, StepFailed
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions, definition, shoes

UPSERT = "- upsert: {model: Shoe, unique_by: [name], values: {name: =name, price: =price}}\n  as: shoe\n"


async def test_upsert_makes_a_record_and_then_changes_it(open_world: Open) -> None:
    world = await open_world(actions(UPSERT, "=shoe", ["name", "price"]))
    first = await world.run(name="Runner", price=1)
    second = await world.run(name="Runner", price=2)
    other = await world.run(name="Walker", price=3)
    assert (first["id"], second["id"], other["id"]) == (1, 1, 2)
    assert (second["price"], second.model) == (2, "Shoe")
    assert [name for name, _ in shoes(world)] == ["Runner", "Walker"]


async def test_upsert_of_null_makes_a_record_and_of_a_record_changes_it(perform: Perform) -> None:
    ids = await perform(
        """
        - find: {model: Shoe, first: true}
          as: shoe
        - upsert: {model: Shoe, record: =shoe, values: {name: first}}
          as: made
        - upsert: {model: Shoe, record: =made, values: {name: second}}
          as: changed
        """,
        "=[made.id, changed.id, changed.name]",
    )
    assert ids == [1, 1, "second"]


async def test_upsert_of_another_models_record_fails(perform: Perform) -> None:
    with pytest.raises(StepFailed, match="is a Maker, not a Shoe"):
        await perform(
            """
            - create: {model: Maker, values: {name: Zed}}
              as: maker
            - upsert: {model: Shoe, record: =maker, values: {name: first}}
            """
        )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("values: {name: x}", "either `record`"),
        ("record: =1, unique_by: [name], values: {name: x}", "either `record`"),
        ("unique_by: [name], values: {price: 1}", "write its value"),
    ],
)
def test_upsert_with_no_or_two_ways_is_a_definition_error(tmp_path: Path, options: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        definition(tmp_path, actions(f"- upsert: {{model: Shoe, {options}}}"))
