"""The application of this folder with its callers logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.permissions.callers import log_in
from tests.permissions.serving import Serving, serving, settings
from tests.support.postgres import Cluster


@pytest_asyncio.fixture(loop_scope="package", scope="package", params=["sqlite", "postgresql"])
async def callers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Serving]:
    """The application on each kind of database, with everybody of the oracle logged in; nothing may change it.

    Sam has lost the role since, and rex is gone.
    """
    folder = tmp_path_factory.mktemp("matrix")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'x.sqlite'}"
        if request.param == "postgresql":
            cluster: Cluster = request.getfixturevalue("postgres_cluster")
            url = stack.enter_context(cluster.database())
        async with serving(settings(url, folder)) as running:
            await log_in(running)
            yield running


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """The application on an empty database of each kind."""
    async with serving(settings(database_url, tmp_path)) as running:
        yield running


@pytest.fixture
async def alone(sqlite_database: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """The application on SQLite, for what has nothing to do with the database."""
    async with serving(settings(sqlite_database, tmp_path)) as running:
        yield running
