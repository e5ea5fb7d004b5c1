from __future__ import annotations

from uuid import UUID

from tests.unit.steps.conftest import Perform


async def test_uuid_gives_another_one_each_time(perform: Perform) -> None:
    one, other = await perform("- uuid:\n  as: one\n- uuid: {}\n  as: other", "=[one, other]")
    assert UUID(one).version == 4
    assert one != other
