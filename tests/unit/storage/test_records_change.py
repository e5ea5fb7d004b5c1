"""Changing, removing and upserting records."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from app.definition.conditions import Compare, Parameter, Related
from app.errors import BadInput, Conflict, Forbidden, NotFound
from app.permissions import Verb
from app.storage.records import Taken, Write
from app.storage.selection import Leaf, Selection
from tests.unit.storage.blog import NOW, Blog

pytestmark = pytest.mark.asyncio(loop_scope="module")
MINE = Compare("name", "eq", Parameter(0))


async def users(blog: Blog) -> list[Mapping[str, Any]]:
    fields = (Leaf("id", "id"), Leaf("name", "name"), Leaf("email", "email"))
    return (await blog.page(Selection(blog.source("User"), fields))).records


async def test_update_changes_what_is_given(blog: Blog) -> None:
    id = await blog.create("User", {"name": "Ada", "email": "ada@example.com"})
    await blog.update("User", id, {"email": None})
    assert await users(blog) == [{"id": id, "name": "Ada", "email": None}]
    assert len(blog.statements) == 1


async def test_update_of_a_record_that_is_not_there_is_not_found(blog: Blog) -> None:
    with pytest.raises(NotFound):
        await blog.update("User", 1, {"email": None})


async def test_update_outside_of_the_row_filter_is_not_found(blog: Blog) -> None:
    id = await blog.create("User", {"name": "Ada"})
    grant = blog.grant(Verb.UPDATE, "User", MINE, ["Eve"])
    with pytest.raises(NotFound):
        await blog.update("User", id, {"email": "eve@example.com"}, grant)
    assert await users(blog) == [{"id": id, "name": "Ada", "email": None}]


async def test_update_out_of_the_row_filter_is_forbidden_and_undone(blog: Blog) -> None:
    id = await blog.create("User", {"name": "Ada"})
    with pytest.raises(Forbidden):
        await blog.update("User", id, {"name": "Eve"}, blog.grant(Verb.UPDATE, "User", MINE, ["Ada"]))
    assert await users(blog) == [{"id": id, "name": "Ada", "email": None}]


async def test_update_required_property_takes_no_null(blog: Blog) -> None:
    id = await blog.create("User", {"name": "Ada"})
    for value in (None, ""):
        with pytest.raises(BadInput) as refused:
            await blog.update("User", id, {"name": value})
        assert refused.value.fields == {"name": ["is_required"]}


async def test_update_taken_value_is_a_conflict(blog: Blog) -> None:
    await blog.create("User", {"name": "Ada"})
    id = await blog.create("User", {"name": "Eve"})
    with pytest.raises(Taken) as refused:
        await blog.update("User", id, {"name": "Ada"})
    assert refused.value.fields == {"name": ["is_taken"]}


async def test_update_validates_the_record_as_it_will_be(blog: Blog) -> None:
    id = await blog.create("Post", {"title": "t", "votes": 1})
    await blog.update("Post", id, {"title": "u"})
    with pytest.raises(BadInput):
        await blog.update("Post", id, {"votes": 1000})


async def test_update_wants_the_right_verb(blog: Blog) -> None:
    id = await blog.create("User", {"name": "Ada"})
    with pytest.raises(Forbidden):
        await blog.update("User", id, {}, blog.grant(Verb.READ, "User"))
    with pytest.raises(Forbidden):
        await blog.delete("User", id, blog.grant(Verb.UPDATE, "User"))


async def test_delete_removes_and_cascades(blog: Blog) -> None:
    post = await blog.create("Post", {"title": "t"})
    await blog.create("Comment", {"text": "c", "post": post})
    await blog.delete("Post", post)
    page = await blog.page(Selection(blog.source("Comment"), (Leaf("id", "id"),)))
    assert page.records == []


async def test_delete_twice_is_not_found(blog: Blog) -> None:
    id = await blog.create("Tag", {"name": "t"})
    await blog.delete("Tag", id)
    with pytest.raises(NotFound):
        await blog.delete("Tag", id)


async def test_delete_outside_of_the_row_filter_is_not_found(blog: Blog) -> None:
    id = await blog.create("User", {"name": "Ada"})
    with pytest.raises(NotFound):
        await blog.delete("User", id, blog.grant(Verb.DELETE, "User", MINE, ["Eve"]))
    await blog.delete("User", id, blog.grant(Verb.DELETE, "User", MINE, ["Ada"]))


async def test_delete_of_what_is_referred_to_is_a_conflict(blog: Blog) -> None:
    user = await blog.create("User", {"name": "Ada"})
    await blog.create("Post", {"title": "t", "owner": user})
    with pytest.raises(Conflict) as refused:
        await blog.delete("User", user)
    assert refused.value.message == "The User is still referred to."


async def upsert(blog: Blog, values: Mapping[str, Any], unique_by: list[str]) -> tuple[int, bool]:
    creating, updating = blog.grant(Verb.CREATE, "User"), blog.grant(Verb.UPDATE, "User")
    return await blog.write(
        lambda: blog.records.upsert(creating, updating, values, unique_by, Write(NOW, {}))
    )


async def test_upsert_makes_then_changes(blog: Blog) -> None:
    first = await upsert(blog, {"name": "Ada"}, ["name"])
    second = await upsert(blog, {"name": "Ada", "email": "ada@example.com"}, ["name"])
    assert (first[1], second) == (True, (first[0], False))
    assert await users(blog) == [{"id": first[0], "name": "Ada", "email": "ada@example.com"}]


async def test_upsert_by_a_missing_name_is_refused(blog: Blog) -> None:
    with pytest.raises(BadInput) as refused:
        await upsert(blog, {"name": "Ada"}, ["email"])
    assert refused.value.fields == {"email": ["is_required"]}


async def test_upsert_by_null_makes_a_record(blog: Blog) -> None:
    assert (await upsert(blog, {"name": "Ada", "email": None}, ["email"]))[1]
    assert (await upsert(blog, {"name": "Eve", "email": None}, ["email"]))[1]


async def test_upsert_that_meets_another_unique_value_is_a_conflict(blog: Blog) -> None:
    await upsert(blog, {"name": "Ada", "email": "a@example.com"}, ["name"])
    with pytest.raises(Taken) as refused:
        await upsert(blog, {"name": "Ada", "email": "b@example.com"}, ["email"])
    assert refused.value.fields == {"name": ["is_taken"]}


async def test_upsert_at_once_from_many_callers_makes_one_record(blog: Blog) -> None:
    made = await asyncio.gather(*(upsert(blog, {"name": "Ada"}, ["name"]) for _ in range(20)))
    assert len({id for id, _ in made}) == 1
    assert sum(created for _, created in made) == 1


async def test_create_at_once_counts_up_without_gaps_or_conflicts(blog: Blog) -> None:
    await asyncio.gather(*(blog.create("Post", {"title": f"t{number}"}) for number in range(20)))
    page = await blog.page(Selection(blog.source("Post"), (Leaf("serial", "serial"),)))
    assert sorted(record["serial"] for record in page.records) == list(range(1, 21))


async def test_find_ids_needs_both_the_grant_and_the_condition(blog: Blog) -> None:
    ids = await blog.create_all("User", [{"name": f"u{n}", "active": n % 2 == 0} for n in range(6)])
    where = Compare("name", "neq", Parameter(0))
    grant = blog.grant(Verb.UPDATE, "User", Compare("active", "eq", Parameter(0)), [True])
    found = await blog.write(lambda: blog.records.find_ids(grant, where, ("u0",), 10))
    assert found == [ids[2], ids[4]]
    assert await blog.write(lambda: blog.records.find_ids(grant, None, (), 2)) == [ids[0], ids[2]]


async def test_find_ids_does_not_know_hidden_names(blog: Blog) -> None:
    grant = blog.grant(Verb.UPDATE, "User", without=["posts"])
    where = Related("posts", Compare("votes", "eq", Parameter(0)))
    with pytest.raises(NotFound):
        await blog.write(lambda: blog.records.find_ids(grant, where, (1,), 10))
