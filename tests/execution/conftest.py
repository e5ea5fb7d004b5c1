"""The office, open over each database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.execution.office import Office, opened
from tests.support.kept import Kept, keep


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Office, Kept]]:
    async with opened(tmp_path_factory.mktemp("office"), shared_database_url) as office:
        yield office, keep(shared_database_url)


@pytest_asyncio.fixture(loop_scope="module")
async def office(shared: tuple[Office, Kept]) -> AsyncIterator[Office]:
    """The office of all tests of a file, before anything was written."""
    yield shared[0]
    shared[0].keys.clear()
    await shared[1].put_back()
