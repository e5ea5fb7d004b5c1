"""The application of this folder with its callers logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.permissions import oracle
from tests.permissions.callers import log_in
from tests.permissions.doors import Doors, doors
from tests.permissions.serving import Serving, serving, settings
from tests.permissions.state import look
from tests.support.postgres import Cluster

Place = tuple[str, Path]


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Place]]:
    """Makes empty databases of each kind, with a folder for what else a server keeps."""
    with ExitStack() as stack:

        def make() -> Place:
            folder = tmp_path_factory.mktemp("served")
            if request.param == "sqlite":
                return f"sqlite:///{folder / 'x.sqlite'}", folder
            cluster: Cluster = request.getfixturevalue("postgres_cluster")
            return stack.enter_context(cluster.database()), folder

        yield make


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def callers(place: Callable[[], Place]) -> AsyncIterator[Serving]:
    """The application on each kind of database, with everybody of the oracle logged in; no test changes a record.

    Sam has lost the role since, and rex is gone.
    """
    async with serving(settings(*place())) as running:
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


@pytest_asyncio.fixture(loop_scope="package", scope="package")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """The application on SQLite, for what has nothing to do with the database and changes no record."""
    folder = tmp_path_factory.mktemp("alone")
    async with serving(settings(f"sqlite:///{folder / 'x.sqlite'}", folder)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    """The application at every door, on a database of the module's own."""
    async with doors(tmp_path_factory.mktemp("doors")) as found:
        yield found


@pytest.fixture
def tried(served: Doors) -> Iterator[Doors]:
    """The doors, every write of which is undone once it has been looked at."""
    served.served.watched.look = served.look
    yield served
    served.served.watched.look = None
