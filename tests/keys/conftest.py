"""The depot over each database, with Ada in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.resolvers.users import add_user
from tests.keys.depot import Depot, opened, settings


@pytest.fixture
async def depot(database_url: str, tmp_path: Path) -> AsyncIterator[Depot]:
    async with opened(settings(database_url, tmp_path)) as depot:
        await add_user(depot.server, depot.application, "Ada@Example.com", ["clerk"])
        yield depot
