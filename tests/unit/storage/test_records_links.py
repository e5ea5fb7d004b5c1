"""Writing to-many relations, and references to files."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select

from app.definition.conditions import Compare, Parameter
from app.errors import BadInput
from app.storage.prepare import prepare
from app.storage.selection import Leaf, Many, One, Selection
from app.storage.system import ASSET
from app.storage.work import Work
from tests.unit.storage.blog import NOW, Blog

pytestmark = pytest.mark.asyncio(loop_scope="module")
FILE = "0123456789abcdef0123456789abcdef"


async def linked(blog: Blog, model: str, id: int, relation: str) -> list[int]:
    target = blog.tables.models[model].relations[relation]
    inner = Selection(blog.source(target.target), (Leaf("id", "id"),))
    field = Many("them", relation, inner) if target.relation.to_many else One("them", relation, inner)
    page = await blog.page(Selection(blog.source(model), (field,), Compare("id", "eq", Parameter(0))), (id,))
    them = page.records[0]["them"]
    return [record["id"] for record in (them if isinstance(them, list) else [them] if them else [])]


CHANGES = [
    ([0, 1], [0, 1]),
    ([], []),
    (None, []),
    ({"id": [2]}, [2]),
    ([{"id": 2}], [2]),
    ({"_add": [{"id": 2}]}, [0, 1, 2]),
    ({"_add": [0, 0, 2]}, [0, 1, 2]),
    ({"_remove": [0, 2]}, [1]),
    ({"_replace": [2, 1]}, [1, 2]),
    ({"_replace": [2], "_add": [0]}, [0, 2]),
    ({"_remove": [0], "_add": [2]}, [1, 2]),
]


def numbered(change: Any, ids: list[int]) -> Any:
    if isinstance(change, list):
        return [numbered(item, ids) for item in change]
    if isinstance(change, dict):
        return {key: numbered(item, ids) for key, item in change.items()}
    return change if change is None else ids[change]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
async def test_links_of_has_and_belongs_to_many(blog: Blog, change: Any, expected: list[int]) -> None:
    tags = await blog.create_all("Tag", [{"name": f"t{number}"} for number in range(3)])
    post = await blog.create("Post", {"title": "t", "tags": tags[:2]})
    await blog.update("Post", post, {"tags": numbered(change, tags)})
    assert await linked(blog, "Post", post, "tags") == [tags[place] for place in expected]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
async def test_links_of_has_many(blog: Blog, change: Any, expected: list[int]) -> None:
    posts = await blog.create_all("Post", [{"title": f"p{number}"} for number in range(3)])
    user = await blog.create("User", {"name": "Ada", "posts": posts[:2]})
    await blog.update("User", user, {"posts": numbered(change, posts)})
    assert await linked(blog, "User", user, "posts") == [posts[place] for place in expected]


async def test_links_are_seen_from_the_other_side(blog: Blog) -> None:
    post = await blog.create("Post", {"title": "t"})
    tag = await blog.create("Tag", {"name": "t", "posts": post})
    assert await linked(blog, "Post", post, "tags") == [tag]


async def test_links_of_has_one_move_it(blog: Blog) -> None:
    profiles = await blog.create_all("Profile", [{"bio": "a"}, {"bio": "b"}])
    user = await blog.create("User", {"name": "Ada", "profile": profiles[0]})
    await blog.update("User", user, {"profile": profiles[1]})
    assert await linked(blog, "User", user, "profile") == [profiles[1]]
    await blog.update("User", user, {"profile": None})
    assert await linked(blog, "User", user, "profile") == []


@pytest.mark.parametrize("relation", ["tags", "comments"])
async def test_links_to_nothing_are_invalid_and_undo_all(blog: Blog, relation: str) -> None:
    with pytest.raises(BadInput) as refused:
        await blog.create("Post", {"title": "t", relation: [999]})
    assert refused.value.fields == {relation: ["is_invalid"]}
    assert (await blog.page(Selection(blog.source("Post"), (Leaf("id", "id"),)))).records == []


async def test_links_that_are_required_are_not_taken_away(blog: Blog) -> None:
    post = await blog.create("Post", {"title": "t"})
    comment = await blog.create("Comment", {"text": "c", "post": post})
    changes: list[Any] = [{"_remove": [comment]}, []]
    for change in changes:
        with pytest.raises(BadInput):
            await blog.update("Post", post, {"comments": change})
    await blog.update("Post", post, {"comments": [comment]})


async def test_links_of_a_wrong_form_are_invalid(blog: Blog) -> None:
    for value in ({"_plus": [1]}, [{"name": "x"}], "one", [True]):
        with pytest.raises(BadInput) as refused:
            await blog.create("Post", {"title": "t", "tags": value})
        assert refused.value.fields == {"tags": ["is_invalid"]}


async def keep_file(blog: Blog, application: str) -> None:
    row = {
        "id": FILE,
        "application": application,
        "name": "cat.png",
        "content_type": "image/png",
        "size": 1,
        "sha256": "",
        "state": "pending",
        "created": NOW,
    }
    statement = prepare(
        insert(ASSET).values({name: bindparam(f"new_{name}") for name in row}), blog.database.dialect
    )

    def work() -> Work[None]:
        yield statement.statement({f"new_{name}": value for name, value in row.items()})

    await blog.database.write(work)


async def file_state(blog: Blog) -> str:
    statement = prepare(select(ASSET.c.state), blog.database.dialect)

    def work() -> Work[str]:
        return str((yield statement.statement({}))[0][0])

    return await blog.database.read(work)


async def test_file_is_attached_by_the_record_that_refers_to_it(blog: Blog) -> None:
    await keep_file(blog, blog.tables.application.uuid.hex)
    await blog.create("Post", {"title": "t", "cover": f"{FILE}/cat.png", "files": [f"{FILE}/cat.png"]})
    assert await file_state(blog) == "attached"
    assert len(blog.statements) == (2 if blog.database.dialect == "sqlite" else 3)


@pytest.mark.parametrize(
    ("application", "reference"),
    [("other", f"{FILE}/cat.png"), (None, f"{FILE}/dog.exe"), (None, f"{FILE[::-1]}/cat.png")],
)
async def test_file_that_is_not_there_is_invalid(blog: Blog, application: str | None, reference: str) -> None:
    await keep_file(blog, application or blog.tables.application.uuid.hex)
    for name, value in (("cover", reference), ("files", [reference])):
        with pytest.raises(BadInput) as refused:
            await blog.create("Post", {"title": "t", name: value})
        assert refused.value.fields == {name: ["is_invalid"]}
    assert await file_state(blog) == "pending"


async def test_file_is_answered_with_the_wanted_parts(blog: Blog) -> None:
    await keep_file(blog, blog.tables.application.uuid.hex)
    await blog.create_all("Post", [{"title": "t", "cover": f"{FILE}/cat.png"}, {"title": "u"}])
    fields = (
        Leaf("cover", "cover", (("n", "name"), ("url", "url"))),
        Leaf("reference", "cover"),
    )
    selection = Selection(blog.source("Post"), fields)
    page = await blog.page(selection, (), "wire", lambda reference: f"/files/{reference}")
    assert page.records == [
        {"cover": {"n": "cat.png", "url": f"/files/{FILE}/cat.png"}, "reference": f"{FILE}/cat.png"},
        {"cover": None, "reference": None},
    ]
    page = await blog.page(selection, (), "python")
    assert page.records[0]["cover"] == f"{FILE}/cat.png"
