from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import DefinitionError
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import actions, definition


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('"{{ n }} left"', ("info", "3 left")),
        ('{message: "{{ n }} left", level: warning}', ("warning", "3 left")),
    ],
)
async def test_log_writes_a_line_with_its_level(
    open_world: Open, options: str, said: tuple[str, str]
) -> None:
    world = await open_world(actions(f"- log: {options}", inputs=["n"]))
    await world.run(n=3)
    assert world.said() == [said]


def test_log_with_an_unknown_level_is_a_definition_error(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="Did you mean 'warning'"):
        definition(tmp_path, actions("- log: {message: x, level: warn}"))
