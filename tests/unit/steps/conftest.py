"""Fixtures for tests of step kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.unit.steps.world import World, actions, opened_world

Open = Callable[..., Awaitable[World]]
Perform = Callable[..., Awaitable[Any]]


@pytest.fixture
async def open_world(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a world with the actions given in YAML."""
    async with AsyncExitStack() as stack:

        async def opened(written: str, *more: Path, **options: Any) -> World:
            return await stack.enter_async_context(opened_world(tmp_path, written, *more, **options))

        yield opened


@pytest.fixture
def perform(open_world: Open) -> Perform:
    """Runs steps given in YAML with some variables, and gives their result."""

    async def performed(steps: str, result: str | None = None, **variables: Any) -> Any:
        world = await open_world(actions(steps, result, tuple(variables)))
        return await world.run(**variables)

    return performed
