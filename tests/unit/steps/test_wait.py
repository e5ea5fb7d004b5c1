from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.errors import DefinitionError, StepFailed
from app.steps.base import Sleep
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import actions, definition, outcome


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2h", datetime(2026, 3, 1, 14, tzinfo=UTC)),
        ("{duration: 14d}", datetime(2026, 3, 15, 12, tzinfo=UTC)),
        ("{until: '=date(2026, 4, 1)'}", datetime(2026, 4, 1, tzinfo=UTC)),
        ("{until: '=now + months(1)'}", datetime(2026, 4, 1, 12, tzinfo=UTC)),
        ("{until: =now - days(1)}", datetime(2026, 2, 28, 12, tzinfo=UTC)),
    ],
)
async def test_wait_sleeps_until_its_moment(open_world: Open, written: str, moment: datetime) -> None:
    world = await open_world(actions(f"- wait: {written}"))
    assert outcome(world) == Sleep(moment)


@pytest.mark.parametrize("value", [None, "tomorrow", 5])
async def test_wait_for_no_moment_fails(open_world: Open, value: Any) -> None:
    world = await open_world(actions("- wait: {until: =value}", inputs=["value"]))
    with pytest.raises(StepFailed, match="no moment"):
        outcome(world, value=value)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("wait: soon", "steps[0].wait: write a duration such as"),
        ("wait: {}", "steps[0].wait: write either a duration"),
        ("wait: {duration: 1s, until: =now}", "steps[0].wait: write either a duration"),
        ("{wait: 1s, on_error: continue}", "steps[0]: wait waits and is not tried again; leave on_error out"),
    ],
)
def test_wrong_wait_is_told_with_its_place(tmp_path: Path, step: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition(tmp_path, actions(f"- {step}"))
    assert message in caught.value.message
