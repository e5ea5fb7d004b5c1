"""The depot over each database, with Ada in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.resolvers.users import add_user
from tests.keys.depot import Depot, opened, settings
from tests.support.kept import Kept, keep

OFTEN = {"wrong_keys_per_address_minute": 100_000, "key_per_minute": 100_000}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Depot, Kept]]:
    folder = tmp_path_factory.mktemp("depot")
    async with opened(settings(shared_database_url, folder, **OFTEN)) as depot:
        await add_user(depot.server, depot.application, "Ada@Example.com", ["clerk"])
        yield depot, keep(shared_database_url)


@pytest_asyncio.fixture(loop_scope="module")
async def depot(shared: tuple[Depot, Kept]) -> AsyncIterator[Depot]:
    """The depot of all tests of a file, with nobody but Ada and without keys."""
    yield shared[0]
    await shared[1].put_back()
