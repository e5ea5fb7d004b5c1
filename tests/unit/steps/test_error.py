from __future__ import annotations

import pytest

from app.errors import ActionFailed
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import SECRET, actions, shoes


async def test_error_ends_the_run_with_its_message(open_world: Open) -> None:
    steps = """
    - create: {model: Shoe, values: {name: x}}
    - error: "There is no article {{ article }}."
    - debug: never
    """
    world = await open_world(actions(steps, inputs=["article"]))
    with pytest.raises(ActionFailed) as raised:
        await world.run(article="A1")
    assert raised.value.message == "There is no article A1."
    assert shoes(world) == []
    assert world.said() == []


async def test_error_does_not_tell_a_secret(perform: Perform) -> None:
    with pytest.raises(ActionFailed) as raised:
        await perform('- error: "wrong key {{ answer }}"', answer=SECRET)
    assert raised.value.message == "wrong key [secret]"
