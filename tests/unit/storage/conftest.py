"""The blog over each database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio

from tests.support.kept import Kept, keep
from tests.unit.storage.blog import Blog


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Blog]:
    blog = await Blog.open(url)
    try:
        yield blog
    finally:
        await blog.database.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(shared_database_url: str) -> AsyncIterator[tuple[Blog, Kept]]:
    async with opened(shared_database_url) as blog:
        yield blog, keep(shared_database_url)


@pytest_asyncio.fixture(loop_scope="module")
async def blog(shared: tuple[Blog, Kept]) -> AsyncIterator[Blog]:
    """The blog of all tests of a file, before anything was written."""
    yield shared[0]
    await shared[1].put_back()


@pytest_asyncio.fixture(loop_scope="module")
async def own_blog(database_url: str) -> AsyncIterator[Blog]:
    """The blog of one test, in a file whose others share one that is filled."""
    async with opened(database_url) as blog:
        yield blog


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def filled(shared: tuple[Blog, Kept]) -> Blog:
    """The blog of all tests of a file, with records that they read."""
    blog, _ = shared
    users = [{"name": name, "email": f"{name.lower()}@example.com"} for name in ("Ada", "Bob", "Cy")]
    await blog.create_all("User", users)
    await blog.create_all("Profile", [{"bio": "Countess", "user": 1}])
    await blog.create_all("Tag", [{"name": name} for name in ("red", "green", "blue")])
    await blog.create_all(
        "Post",
        [
            {"title": "Alpha", "price": "1.50", "votes": 5, "owner": 1, "editor": 2, "tags": [1, 2]},
            {"title": "beta", "price": "2", "votes": 0, "owner": 1, "tags": [2]},
            {"title": "Gamma 100%", "votes": None, "owner": 2, "slug": "g_1"},
            {"title": "\u00e9tude", "price": "0.01", "votes": 5},
        ],
    )
    comments = [(1, 3, 1), (1, 5, 2), (1, None, 3), (2, 1, None), (1, 4, 1)]
    await blog.create_all(
        "Comment",
        [
            {"text": f"c{number}", "post": post, "stars": stars, "author": author}
            for number, (post, stars, author) in enumerate(comments, 1)
        ],
    )
    return blog
