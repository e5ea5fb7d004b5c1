"""Making records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from app.definition.conditions import Compare, Parameter
from app.errors import BadInput, Conflict, Forbidden, NotFound
from app.permissions import Grant, Verb
from app.storage.records import Taken, Unhashed, Wanted, Write
from app.storage.selection import Constant, Field, Leaf, Many, One, Selection, Source, whole
from tests.unit.storage.blog import NOW, NOW_TEXT, Blog

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def stored(blog: Blog, model: str, id: int) -> Mapping[str, Any]:
    shown = blog.source(model)
    fields = whole(blog.tables.models[model].model, shown.names)
    page = await blog.page(Selection(shown, fields, Compare("id", "eq", Parameter(0))), (id,))
    record: Mapping[str, Any] = page.records[0]
    return record


async def test_create_keeps_every_kind(blog: Blog) -> None:
    owner = await blog.create("User", {"name": "Ada", "born": "1815-12-10", "active": False})
    id = await blog.create(
        "Post",
        {
            "title": "Notes",
            "price": "12.5",
            "votes": 4,
            "at": "13:05",
            "published_at": "2026-11-22T04:07:01.5+01:00",
            "labels": ["a", "b"],
            "extra": {"deep": [1, Decimal("0.10"), None, "ü"]},
            "owner": owner,
        },
    )
    assert await stored(blog, "Post", id) == {
        "id": id,
        "title": "Notes",
        "slug": None,
        "price": Decimal("12.50"),
        "votes": 4,
        "at": "13:05:00",
        "published_at": "2026-11-22T03:07:01.500000+00:00",
        "labels": ["a", "b"],
        "extra": {"deep": [1, Decimal("0.10"), None, "ü"]},
        "cover": None,
        "files": None,
        "serial": 1,
        "double": Decimal("25.00"),
        "byline": "Notes by Ada",
        "inverse": Decimal("0.25"),
        "created_at": NOW_TEXT,
        "updated_at": NOW_TEXT,
        "owner": {"id": owner},
        "editor": None,
    }
    assert (await stored(blog, "User", owner))["born"] == "1815-12-10"


async def test_create_without_relations_is_one_statement(blog: Blog) -> None:
    await blog.create("Tag", {"name": "one"})
    assert len(blog.statements) == 1


async def test_create_with_one_reference_is_one_statement(blog: Blog) -> None:
    user = await blog.create("User", {"name": "Ada"})
    await blog.create("Profile", {"user": {"id": user}})
    assert len(blog.statements) == 1


async def test_create_applies_defaults(blog: Blog) -> None:
    id = await blog.create("User", {"name": "Ada"})
    assert (await stored(blog, "User", id))["active"] is True


async def test_create_counts_up(blog: Blog) -> None:
    ids = await blog.create_all("Post", [{"title": f"post {number}"} for number in range(3)])
    assert [(await stored(blog, "Post", id))["serial"] for id in ids] == [1, 2, 3]


async def test_create_reports_every_problem_at_once(blog: Blog) -> None:
    with pytest.raises(BadInput) as refused:
        await blog.create(
            "Post",
            {"title": "", "price": "-1", "votes": "many", "nothing": 1, "owner": "x", "tags": [{"id": 0}]},
        )
    assert refused.value.fields == {
        "title": ["is_required"],
        "price": ["is_too_small"],
        "votes": ["is_invalid"],
        "nothing": ["is_unknown"],
        "owner": ["is_invalid"],
        "tags": ["is_invalid"],
    }
    assert "title is required" in refused.value.message


@pytest.mark.parametrize("name", ["id", "created_at", "updated_at", "serial", "double", "hidden"])
async def test_create_knows_nothing_of_what_only_the_server_sets(blog: Blog, name: str) -> None:
    with pytest.raises(BadInput) as refused:
        await blog.create("Post", {"title": "t", name: 1})
    assert refused.value.fields == {name: ["is_unknown"]}


async def test_create_hidden_property_answers_like_an_unknown_one(blog: Blog) -> None:
    grant = blog.grant(Verb.CREATE, "Post", without=["votes"])
    answers = []
    for name in ("votes", "vetos"):
        with pytest.raises(BadInput) as refused:
            await blog.create("Post", {"title": "t", name: 1}, grant)
        answers.append(refused.value.message.replace(name, "?"))
    assert answers[0] == answers[1]


async def test_create_required_property_that_is_hidden_is_forbidden(blog: Blog) -> None:
    with pytest.raises(Forbidden) as refused:
        await blog.create("Tag", {}, blog.grant(Verb.CREATE, "Tag", without=["name"]))
    assert "name" not in refused.value.message


async def test_create_with_the_right_to_update_is_forbidden(blog: Blog) -> None:
    with pytest.raises(Forbidden):
        await blog.create("Tag", {"name": "t"}, blog.grant(Verb.UPDATE, "Tag"))


async def test_create_of_an_unknown_model_is_not_found(blog: Blog) -> None:
    with pytest.raises(NotFound):
        await blog.create("Nothing", {}, Grant("Nothing", Verb.CREATE, frozenset()))


async def test_create_taken_value_is_a_conflict_that_names_it(blog: Blog) -> None:
    await blog.create("User", {"name": "Ada"})
    with pytest.raises(Taken) as refused:
        await blog.create("User", {"name": "Ada"})
    assert (refused.value.fields, refused.value.message) == ({"name": ["is_taken"]}, "name is already taken.")


async def test_create_taken_pair_names_both(blog: Blog) -> None:
    user = await blog.create("User", {"name": "Ada"})
    await blog.create("Post", {"title": "t", "owner": user})
    with pytest.raises(Taken) as refused:
        await blog.create("Post", {"title": "t", "owner": user})
    assert refused.value.fields == {"title": ["is_taken"], "owner": ["is_taken"]}


async def test_create_taken_hidden_value_is_not_named(blog: Blog) -> None:
    await blog.create("Post", {"title": "a", "slug": "s"})
    user = await blog.create("User", {"name": "Ada"})
    await blog.create("Post", {"title": "t", "owner": user})
    with pytest.raises(Conflict) as refused:
        await blog.create(
            "Post", {"title": "t", "owner": user}, blog.grant(Verb.CREATE, "Post", without=["slug"])
        )
    assert isinstance(refused.value, Taken)
    hidden = blog.grant(Verb.UPDATE, "Post", without=["owner"])
    with pytest.raises(Conflict) as refused:
        other = await blog.create("Post", {"title": "other", "owner": user})
        await blog.update("Post", other, {"title": "t"}, hidden)
    assert not isinstance(refused.value, Taken)


@pytest.mark.parametrize("values", [{"owner": 999}, {"owner": 999, "editor": 998}])
async def test_create_reference_to_nothing_is_invalid(blog: Blog, values: Mapping[str, Any]) -> None:
    with pytest.raises(BadInput) as refused:
        await blog.create("Post", {"title": "t", **values})
    assert refused.value.fields == {name: ["is_invalid"] for name in values}


async def test_create_required_reference_is_demanded(blog: Blog) -> None:
    with pytest.raises(BadInput) as refused:
        await blog.create("Comment", {"text": "t"})
    assert refused.value.fields == {"post": ["is_required"]}
    with pytest.raises(BadInput) as refused:
        await blog.create("Comment", {"text": "t", "post": None})
    assert refused.value.fields == {"post": ["is_required"]}


async def test_create_outside_of_the_row_filter_is_forbidden_and_undone(blog: Blog) -> None:
    grant = blog.grant(Verb.CREATE, "User", Compare("active", "eq", Parameter(0)), [True])
    with pytest.raises(Forbidden):
        await blog.create("User", {"name": "Ada", "active": False}, grant)
    assert await blog.create("User", {"name": "Ada"}, grant)
    page = await blog.page(Selection(blog.source("User"), (Leaf("name", "name"),)))
    assert page.records == [{"name": "Ada"}]


async def test_create_validates_by_expression(blog: Blog) -> None:
    with pytest.raises(BadInput) as refused:
        await blog.create("Post", {"title": "t", "votes": 1000})
    assert (refused.value.message, refused.value.fields) == (
        "A post has fewer than 1000 votes.",
        {"": ["is_invalid"]},
    )
    grant, write = blog.grant(Verb.CREATE, "Post"), Write(NOW, {})
    values = {"title": "t", "votes": 1000}
    assert await blog.write(lambda: blog.records.create(grant, values, write, validate=False))


async def test_create_password_is_hashed_outside(blog: Blog) -> None:
    grant, values = blog.grant(Verb.CREATE, "User"), {"name": "Ada", "password": "correct horse"}
    with pytest.raises(Unhashed) as missing:
        await blog.write(lambda: blog.records.create(grant, values, Write(NOW, {})))
    assert missing.value.text == "correct horse"
    assert "correct" not in str(missing.value)
    hashes = {"correct horse": "$argon2id$.."}
    id = await blog.write(lambda: blog.records.create(grant, values, Write(NOW, hashes)))
    assert (await stored(blog, "User", id))["password"] == "$argon2id$.."


async def test_create_problems_come_before_hashing(blog: Blog) -> None:
    with pytest.raises(BadInput):
        await blog.create("User", {"password": "correct horse"})


async def test_create_date_is_answered_to_steps_as_a_date(blog: Blog) -> None:
    await blog.create("User", {"name": "Ada", "born": date(1815, 12, 10)})
    fields = (Leaf("born", "born"), Leaf("created", "created_at"), One("profile", "profile", _ids(blog)))
    page = await blog.page(Selection(blog.source("User"), fields), (), "python")
    assert page.records == [{"born": date(1815, 12, 10), "created": NOW, "profile": None}]


def _ids(blog: Blog) -> Selection:
    return Selection(blog.source("Profile"), (Leaf("id", "id"),))


async def made(blog: Blog, values: Mapping[str, Any], source: Source, fields: tuple[Field, ...]) -> Any:
    """A new post as it is answered, in its own statements."""
    selection = Selection(source, fields, Compare("id", "in", Parameter(0)))
    grant = blog.grant(Verb.CREATE, "Post")
    wanted = Wanted(selection, (), "wire")
    _, record = await blog.write(lambda: blog.records.create_and_read(grant, values, Write(NOW, {}), wanted))
    return record


async def test_create_answers_own_columns_with_the_insert(blog: Blog) -> None:
    owner = await blog.create("User", {"name": "Ada"})
    fields = (
        *whole(
            blog.tables.models["Post"].model, frozenset({"id", "title", "price", "at", "owner", "double"})
        ),
        Constant("kind", "Post"),
    )
    values = {"title": "Notes", "price": "12.5", "at": "13:05", "owner": owner}
    record = await made(blog, values, blog.source("Post"), fields)
    assert len([one for one in blog.statements if "pg_advisory" not in one.sql]) == 1
    page = await blog.page(Selection(blog.source("Post"), fields))
    assert [record] == page.records
    assert record["owner"] == {"id": owner} and record["price"] == 12.5


async def test_create_answers_what_was_linked_after_the_insert(blog: Blog) -> None:
    tags = await blog.create_all("Tag", [{"name": "a"}, {"name": "b"}])
    below = Selection(blog.source("Tag"), (Leaf("name", "name"),))
    fields = (Leaf("title", "title"), Many("tags", "tags", below))
    record = await made(blog, {"title": "t", "tags": tags}, blog.source("Post"), fields)
    assert record == {"title": "t", "tags": [{"name": "a"}, {"name": "b"}]}


async def test_create_answers_nothing_of_what_a_row_filter_hides(blog: Blog) -> None:
    selection = Selection(
        blog.source("Post", Compare("title", "eq", Parameter(0))),
        (Leaf("title", "title"),),
        Compare("id", "in", Parameter(1)),
    )
    grant, wanted = blog.grant(Verb.CREATE, "Post"), Wanted(selection, ("seen",), "wire")
    for title, expected in (("seen", {"title": "seen"}), ("hidden", None)):
        _, record = await blog.write(
            partial(blog.records.create_and_read, grant, {"title": title}, Write(NOW, {}), wanted)
        )
        assert record == expected
