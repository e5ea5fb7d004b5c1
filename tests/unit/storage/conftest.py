"""The blog over each database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.storage.blog import Blog


@pytest.fixture
async def blog(database_url: str) -> AsyncIterator[Blog]:
    opened = await Blog.open(database_url)
    yield opened
    await opened.database.close()
