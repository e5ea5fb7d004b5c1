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


@pytest.fixture
async def filled(blog: Blog) -> Blog:
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
