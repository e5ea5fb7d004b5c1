"""How many statements a plan takes, and which plans are kept."""

from __future__ import annotations

import pytest

from app.definition.conditions import Compare, Parameter
from app.storage.compile import Plans
from app.storage.selection import Leaf, Many, One, Selection
from tests.unit.storage.blog import Blog

pytestmark = pytest.mark.asyncio(loop_scope="module")
ID = Leaf("id", "id")


def nested(blog: Blog, depth: int) -> Selection:
    """Posts with their comments, and these with their posts, and so on."""
    if depth == 0:
        return Selection(blog.source("Post"), (ID,))
    return Selection(blog.source("Post"), (ID, Many("comments", "comments", inner(blog, depth))))


def inner(blog: Blog, depth: int) -> Selection:
    return Selection(
        blog.source("Comment"), (ID, One("post", "post", nested(blog, depth - 1))), take=Parameter(0)
    )


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("count", [1, 30])
async def test_statements_are_one_for_each_level(blog: Blog, depth: int, count: int) -> None:
    posts = await blog.create_all("Post", [{"title": f"t{number}"} for number in range(count)])
    await blog.create_all("Comment", [{"text": "c", "post": post} for post in posts for _ in range(3)])
    page = await blog.page(nested(blog, depth), (2,))
    assert len(page.records) == count
    assert len(blog.statements) == depth + 1


async def test_statements_without_parents_are_left_out(blog: Blog) -> None:
    assert (await blog.page(nested(blog, 3), (2,))).records == []
    assert len(blog.statements) == 1


async def test_id_of_a_parent_is_read_without_its_table(blog: Blog) -> None:
    post = await blog.create("Post", {"title": "t"})
    await blog.create("Comment", {"text": "c", "post": post})
    parent = One("post", "post", Selection(blog.source("Post"), (ID,)))
    page = await blog.page(Selection(blog.source("Comment"), (parent,)))
    assert page.records == [{"post": {"id": post}}]
    assert "JOIN" not in blog.statements[0].sql


async def test_plans_are_kept_by_shape_and_form(blog: Blog) -> None:
    plans = Plans(blog.tables, blog.database.dialect)
    first = Selection(blog.source("Post"), (ID,), Compare("id", "eq", Parameter(0)))
    same = Selection(blog.source("Post"), (ID,), Compare("id", "eq", Parameter(0)))
    assert plans.plan(first, "wire") is plans.plan(same, "wire")
    assert plans.plan(first, "wire") is not plans.plan(first, "python")


async def test_plans_are_bounded(blog: Blog) -> None:
    plans = Plans(blog.tables, blog.database.dialect, limit=5)
    often = Selection(blog.source("Post"), (ID,))
    kept = plans.plan(often, "wire")
    for number in range(30):
        plans.plan(Selection(blog.source("Post"), (Leaf(f"key{number}", "id"),)), "wire")
        assert plans.plan(often, "wire") is kept
    assert len(plans._plans) + len(plans._former) <= 10
    assert len(plans._same) <= 5
