"""The doors on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.repeats.desk import Desk, open_desk
from tests.support.kept import Kept, keep


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Desk, Kept]]:
    async with open_desk(tmp_path_factory.mktemp("desk"), shared_database_url) as desk:
        yield desk, keep(shared_database_url)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(shared: tuple[Desk, Kept]) -> AsyncIterator[Desk]:
    """The doors of all tests of a file, before anything was written."""
    yield shared[0]
    await shared[1].put_back()
