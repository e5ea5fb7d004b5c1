from __future__ import annotations

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Open, Perform
from tests.unit.steps.world import actions

STEPS = """
- create: {model: Member, values: {email: a@b.nl}}
  as: member
- authenticate: {profile: Single sign-on, user: USER}
  as: tokens
"""


@pytest.mark.parametrize("user", ["=member", "=member.id"])
async def test_authenticate_makes_a_pair_for_the_user(open_world: Open, user: str) -> None:
    world = await open_world(actions(STEPS.replace("USER", user), "=tokens"))
    assert await world.run() == {"jwtToken": "token of 1"}
    assert world.tokens.issued == [("Single sign-on", 1)]


async def test_authenticate_of_another_models_record_fails(perform: Perform) -> None:
    with pytest.raises(StepFailed, match="is a Shoe, not a Member"):
        await perform(
            """
            - create: {model: Shoe, values: {name: x}}
              as: shoe
            - authenticate: {profile: Single sign-on, user: =shoe}
            """
        )
