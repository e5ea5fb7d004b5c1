"""The application of this folder with its callers logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.permissions import oracle
from tests.permissions.callers import log_in
from tests.permissions.serving import Serving, serving, settings
from tests.permissions.state import look
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


@pytest_asyncio.fixture(loop_scope="package")
async def trial(callers: Serving) -> AsyncIterator[Serving]:
    """The application, every write of which is undone once it has been looked at; at the end nothing has changed."""
    callers.watched.look = lambda: look(callers.generation)
    try:
        yield callers
    finally:
        callers.watched.look = None
    assert await callers.server.database.read(lambda: look(callers.generation)) == oracle.seeded()


@pytest_asyncio.fixture(loop_scope="package")
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """The application on an empty database of each kind."""
    async with serving(settings(database_url, tmp_path)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """The application on SQLite, for what has nothing to do with the database and changes no record."""
    folder = tmp_path_factory.mktemp("alone")
    async with serving(settings(f"sqlite:///{folder / 'x.sqlite'}", folder)) as running:
        yield running
