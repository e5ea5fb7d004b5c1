from __future__ import annotations

from typing import Any

import pytest

from app.errors import BadInput, NotFound, StepFailed
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions, shoes

MAKE = """
- create: {model: Shoe, values: {name: Runner, price: 1}}
  as: shoe
"""


async def test_update_of_a_record_knows_its_model(perform: Perform) -> None:
    steps = f"{MAKE}- update: {{record: =shoe, values: {{price: =shoe.price + 1}}}}\n  as: changed\n"
    changed = await perform(steps, "=changed")
    assert (changed.model, changed["name"], changed["price"]) == ("Shoe", "Runner", 2)


@pytest.mark.parametrize("id", [1, "1", {"id": 1}])
async def test_update_of_an_id_takes_the_model_that_is_written(open_world: Open, id: Any) -> None:
    steps = f"{MAKE}- update: {{record: =id, model: Shoe, values: {{name: Walker}}}}"
    world = await open_world(actions(steps, inputs=["id"]))
    await world.run(id=id)
    assert [name for name, _ in shoes(world)] == ["Walker"]


@pytest.mark.parametrize(
    ("record", "model", "reason"),
    [
        ("=null", "Shoe", "null"),
        ("=shoe.id", None, "`model`"),
        ("=shoe", "Maker", "is a Shoe, not a Maker"),
        ("=shoe.name", "Shoe", "neither a record nor its id"),
        ("=true", "Shoe", "neither a record nor its id"),
        ("=1.5", "Shoe", "neither a record nor its id"),
    ],
)
async def test_update_of_no_record_fails(
    perform: Perform, record: str, model: str | None, reason: str
) -> None:
    named = f", model: {model}" if model else ""
    with pytest.raises(StepFailed, match=reason):
        await perform(f"{MAKE}- update: {{record: {record}{named}, values: {{}}}}")


async def test_update_of_a_record_that_is_gone_is_not_found(perform: Perform) -> None:
    with pytest.raises(NotFound):
        await perform("- update: {record: =7, model: Shoe, values: {name: x}}")


async def test_update_with_wrong_values_says_which(perform: Perform) -> None:
    with pytest.raises(BadInput) as raised:
        await perform(f"{MAKE}- update: {{record: =shoe, values: {{name: null}}}}")
    assert raised.value.fields == {"name": ["is_required"]}


async def test_update_of_relations_takes_records(perform: Perform) -> None:
    maker = await perform(
        MAKE
        + """
- create: {model: Maker, values: {name: Zed}}
  as: maker
- update: {record: =maker, values: {shoes: {_add: [=shoe]}}}
- find: {model: Shoe, first: true}
  as: found
""",
        "=found.maker.id",
    )
    assert maker == 1
