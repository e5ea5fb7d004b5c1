"""The application of this folder with its callers logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.permissions.callers import log_in
from tests.permissions.serving import Serving, serving, settings


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """The application on an empty database of each kind."""
    async with serving(settings(database_url, tmp_path)) as running:
        yield running


@pytest.fixture
async def callers(served: Serving) -> Serving:
    """The same, with everybody of the oracle logged in; sam has lost the role since, and rex is gone."""
    await log_in(served)
    return served


@pytest.fixture
async def alone(sqlite_database: str, tmp_path: Path) -> AsyncIterator[Serving]:
    """The application on SQLite, for what has nothing to do with the database."""
    async with serving(settings(sqlite_database, tmp_path)) as running:
        yield running
