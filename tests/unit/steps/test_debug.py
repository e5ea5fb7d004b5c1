from __future__ import annotations

from tests.unit.steps.conftest import Open
from tests.unit.steps.world import SECRET, actions


async def test_debug_writes_a_line_to_the_console(open_world: Open) -> None:
    world = await open_world(actions('- debug: "asked for {{ article }}"', inputs=["article"]))
    assert await world.run(article="A1") is None
    assert world.said() == [("debug", "asked for A1")]


async def test_debug_does_not_tell_a_secret(open_world: Open) -> None:
    world = await open_world(actions('- debug: "answered {{ answer }}"', inputs=["answer"]))
    await world.run(answer={"echo": f"Bearer {SECRET}"})
    assert world.said() == [("debug", 'answered {"echo":"Bearer [secret]"}')]
