"""With whose rights the steps of a run read and write."""

from __future__ import annotations

import pytest

from app.errors import Forbidden, Unauthenticated
from app.permissions import ANYBODY, Principal
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import STAFF, shoes

MAKE = "steps: [{create: {model: Shoe, values: {name: x}}, as: shoe}], result: =shoe"
DEFINITION = f"""
Own: {{{MAKE}}}
Caller: {{run_as: caller, {MAKE}}}
Own calls caller: {{steps: [{{call: {{action: Caller}}, as: shoe}}], result: =shoe}}
Caller calls own: {{run_as: caller, steps: [{{call: {{action: Own}}, as: shoe}}], result: =shoe}}
Caller returns:
  run_as: application
  steps:
    - call: {{action: Nothing}}
    - create: {{model: Shoe, values: {{name: x}}}}
Nothing: {{run_as: caller}}
"""


@pytest.mark.parametrize("action", ["Own", "Caller returns"])
async def test_action_has_the_applications_rights_whoever_calls(open_world: Open, action: str) -> None:
    world = await open_world(DEFINITION)
    await world.run(action)
    assert len(shoes(world)) == 1


@pytest.mark.parametrize("action", ["Caller", "Own calls caller", "Caller calls own"])
@pytest.mark.parametrize(
    ("principal", "error"), [(ANYBODY, Unauthenticated), (Principal("p", "Member", {"id": 1}), Forbidden)]
)
async def test_action_as_its_caller_has_no_more_rights(
    open_world: Open, action: str, principal: Principal, error: type[Exception]
) -> None:
    world = await open_world(DEFINITION)
    with pytest.raises(error):
        await world.run(action, principal=principal)
    assert shoes(world) == []


@pytest.mark.parametrize("action", ["Caller", "Own calls caller", "Caller calls own"])
async def test_action_as_its_caller_has_the_callers_rights(open_world: Open, action: str) -> None:
    world = await open_world(DEFINITION)
    assert (await world.run(action, principal=STAFF))["name"] == "x"


async def test_record_that_the_caller_may_write_but_not_read_shows_its_id_alone(open_world: Open) -> None:
    world = await open_world(DEFINITION)
    world.application.models["Shoe"].read.clear()
    made = await world.on(world.database).run("Caller", principal=STAFF)
    assert made == {"id": 1}
    assert made.model == "Shoe"
