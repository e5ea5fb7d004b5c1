from __future__ import annotations

from typing import Any

import pytest

from tests.unit.steps.conftest import Open
from tests.unit.steps.world import actions, shoes


@pytest.mark.parametrize(
    ("options", "result"),
    [("=1 + 1", 2), ("done", "done"), ("", None), ("{result: {ok: =true}}", {"ok": True}), ("{}", None)],
)
async def test_finish_ends_the_action_with_its_result(open_world: Open, options: str, result: Any) -> None:
    steps = f"""
    - create: {{model: Shoe, values: {{name: kept}}}}
    - finish: {options}
    - create: {{model: Shoe, values: {{name: never}}}}
    """
    world = await open_world(actions(steps, "=99"))
    assert await world.run() == result
    assert [name for name, _ in shoes(world)] == ["kept"]
