from __future__ import annotations

from tests.unit.steps.conftest import Open
from tests.unit.steps.world import actions


async def test_debug_writes_a_line_to_the_console(open_world: Open) -> None:
    world = await open_world(actions('- debug: "asked for {{ article }}"', inputs=["article"]))
    assert await world.run(article="A1") is None
    assert world.said() == [("debug", "asked for A1")]


async def test_debug_does_not_tell_a_secret(open_world: Open) -> None:
    world = await open_world(actions('- debug: "{{ config.host }} {{ config.api_key }}"'))
    await world.run()
    assert world.said() == [("debug", "127.0.0.1:1 [secret]")]
