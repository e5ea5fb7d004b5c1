"""A server on each database, with the server's own tables and no application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.server.opening import close_server, open_server
from app.storage.migrate import migrate
from app.storage.system import SYSTEM
from tests.audit.trails import Trails
from tests.keys.depot import settings


@pytest.fixture
async def trails(database_url: str, tmp_path: Path) -> AsyncIterator[Trails]:
    server = await open_server(settings(database_url, tmp_path))
    try:
        await migrate(database_url, [SYSTEM])
        yield Trails(server, database_url)
    finally:
        await close_server(server)
