from __future__ import annotations

from typing import Any

import pytest

from app.definition.record import Record
from app.errors import BadInput, Conflict
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions, shoes


async def test_create_gives_the_record_with_its_model(perform: Perform) -> None:
    shoe = await perform(
        """
        - create: {model: Maker, values: {name: Zed}}
          as: maker
        - create: {model: Shoe, values: {name: =name, price: 12, maker: =maker}}
          as: shoe
        """,
        "=shoe",
        name="Runner",
    )
    assert isinstance(shoe, Record)
    assert shoe.model == "Shoe"
    assert (shoe["name"], shoe["price"], shoe["maker"]) == ("Runner", 12, {"id": 1})
    assert shoe["created_at"].tzinfo is not None


async def test_create_without_a_name_for_its_result_makes_the_record(open_world: Open) -> None:
    world = await open_world(actions("- create: {model: Shoe, values: {name: Runner}}"))
    assert await world.run() is None
    assert shoes(world) == [("Runner", None)]


@pytest.mark.parametrize(
    ("values", "error", "fields"),
    [
        ("{price: 1}", BadInput, {"name": ["is_required"]}),
        ("{name: x, price: cheap}", BadInput, {"price": ["is_invalid"]}),
        ("{name: x, maker: 99}", BadInput, {"maker": ["is_invalid"]}),
    ],
)
async def test_create_with_wrong_values_says_which(
    perform: Perform, values: str, error: type[Exception], fields: Any
) -> None:
    with pytest.raises(error) as raised:
        await perform(f"- create: {{model: Shoe, values: {values}}}")
    assert getattr(raised.value, "fields", None) == fields


async def test_create_of_a_taken_value_is_a_conflict(perform: Perform) -> None:
    with pytest.raises(Conflict):
        await perform(
            """
            - create: {model: Maker, values: {name: Zed}}
            - create: {model: Maker, values: {name: Zed}}
            """
        )


async def test_create_breaks_a_validation_only_without_validate_false(open_world: Open) -> None:
    world = await open_world(
        """
        Checked: {steps: [{create: {model: Shoe, values: {name: x, price: 2000}}}]}
        Unchecked: {steps: [{create: {model: Shoe, values: {name: x, price: 2000}, validate: false}}]}
        """
    )
    with pytest.raises(BadInput, match="less than 1000"):
        await world.run("Checked")
    await world.run("Unchecked")
    assert len(shoes(world)) == 1
