"""The shop, open over each database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from shutil import rmtree

import pytest
import pytest_asyncio

from tests.console.shop import Shop, opened
from tests.support.kept import Kept, keep


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Shop, Kept]]:
    often = {"login_per_address_minute": 1000, "login_per_account_minute": 1000}
    async with opened(tmp_path_factory.mktemp("shop"), shared_database_url, **often) as shop:
        yield shop, keep(shared_database_url)


@pytest_asyncio.fixture(loop_scope="module")
async def shop(shared: tuple[Shop, Kept]) -> AsyncIterator[Shop]:
    """The shop of all tests of a file, before anything was written."""
    yield shared[0]
    rmtree(shared[0].server.settings.outbox_place, ignore_errors=True)
    await shared[1].put_back()


@pytest_asyncio.fixture(loop_scope="module")
async def own_shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """The shop of one test, where nobody else has logged in."""
    async with opened(tmp_path, database_url) as shop:
        yield shop
