"""What plans answer, the same on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.definition.conditions import Compare, Parameter, Related
from app.errors import BadInput, NotFound
from app.storage.selection import Constant, Field, Leaf, Many, One, Selection, Sort
from app.storage.shape import Page
from tests.unit.storage.blog import Blog, ids

pytestmark = pytest.mark.asyncio(loop_scope="module")
ID = Leaf("id", "id")


FIRST = Parameter(0)

SORTS: list[tuple[tuple[Sort, ...], list[int]]] = [
    ((), [1, 2, 3, 4]),
    ((Sort("id", "desc"),), [4, 3, 2, 1]),
    ((Sort("title"),), [1, 3, 2, 4]),
    ((Sort("title", "desc"),), [4, 2, 3, 1]),
    ((Sort("votes"),), [2, 1, 4, 3]),
    ((Sort("votes", "desc"),), [3, 1, 4, 2]),
    ((Sort("votes"), Sort("price")), [2, 4, 1, 3]),
    ((Sort("price"), Sort("id", "desc")), [4, 1, 2, 3]),
]


@pytest.mark.parametrize(("sort", "expected"), SORTS)
async def test_sort(filled: Blog, sort: tuple[Sort, ...], expected: list[int]) -> None:
    assert await ids(filled, None, sort=sort) == expected


async def test_sort_over_a_relation_wants_its_source(filled: Blog) -> None:
    with pytest.raises(NotFound):
        await ids(filled, None, sort=(Sort("name", "asc", ("owner",)),))
    sort = (Sort("name", "desc", ("owner",), (filled.source("User"),)),)
    assert await ids(filled, None, sort=sort) == [4, 3, 1, 2]


async def test_sort_over_a_relation_does_not_see_hidden_records(filled: Blog) -> None:
    shown = filled.source("User", Compare("name", "neq", FIRST))
    sort = (Sort("name", "asc", ("owner",), (shown,)),)
    assert await ids(filled, None, "Ada", sort=sort) == [3, 1, 2, 4]


async def test_sort_by_a_count(filled: Blog) -> None:
    selection = Selection(filled.source("User"), (ID,), sort=(Sort("postCount", "desc"),))
    assert [record["id"] for record in (await filled.page(selection)).records] == [1, 2, 3]


async def test_sort_by_an_expression_is_bad_input(filled: Blog) -> None:
    with pytest.raises(BadInput):
        await ids(filled, None, sort=(Sort("double"),))


@pytest.mark.parametrize(
    ("skip", "take", "expected", "total"),
    [
        (0, 2, [1, 2], 4),
        (2, 2, [3, 4], 4),
        (3, 2, [4], 4),
        (9, 2, [], 4),
        (1, None, [2, 3, 4], 4),
        (None, 4, [1, 2, 3, 4], 4),
        (None, 0, [], 4),
        (0, 9, [1, 2, 3, 4], 4),
    ],
)
async def test_page(
    filled: Blog, skip: int | None, take: int | None, expected: list[int], total: int
) -> None:
    selection = Selection(filled.source("Post"), (ID,), skip=FIRST, take=Parameter(1), count=True)
    page = await filled.page(selection, (skip, take))
    assert ([record["id"] for record in page.records], page.total) == (expected, total)


@pytest.mark.parametrize(
    ("price", "told"),
    [
        ("0", 0.0),
        ("0.10", 0.1),
        ("1234567890123.45", 1234567890123.45),
        ("9999999999999.99", 9999999999999.99),
        ("10000000000000.01", Decimal("10000000000000.01")),
        ("92233720368547758.07", Decimal("92233720368547758.07")),
        (None, None),
    ],
)
async def test_decimal_is_exact_and_a_float_where_that_is_the_same(
    own_blog: Blog, price: str | None, told: Any
) -> None:
    await own_blog.create("Post", {"title": "a", "price": price})
    page = await own_blog.page(
        Selection(own_blog.source("Post"), (Leaf("price", "price"), Leaf("double", "double")))
    )
    found = page.records[0]["price"]
    assert (type(found), found) == (type(told), told)
    assert page.records[0]["double"] == (None if price is None else Decimal(price) * 2)


@pytest.mark.parametrize(("skip", "take"), [(-1, 1), (0, -1), (0, True), (0, "1")])
async def test_page_of_a_wrong_size_is_bad_input(filled: Blog, skip: Any, take: Any) -> None:
    selection = Selection(filled.source("Post"), (ID,), skip=FIRST, take=Parameter(1))
    with pytest.raises(BadInput):
        await filled.page(selection, (skip, take))


async def test_total_counts_what_the_filter_and_the_rows_let_through(filled: Blog) -> None:
    shown = filled.source("Post", Compare("votes", "exists"))
    selection = Selection(shown, (ID,), Compare("price", "gt", FIRST), take=Parameter(1), count=True)
    assert await filled.page(selection, (1, 1)) == Page([{"id": 1}], 2)


def authored(blog: Blog) -> tuple[Field, ...]:
    author = One("author", "author", Selection(blog.source("User"), (Leaf("name", "name"),)))
    return (Leaf("text", "text"), author)


async def test_nested_relations_of_every_kind(filled: Blog) -> None:
    user = (
        Leaf("name", "name"),
        One("profile", "profile", Selection(filled.source("Profile"), (Leaf("bio", "bio"),))),
        Many("posts", "posts", Selection(filled.source("Post"), (ID,))),
    )
    fields = (
        Constant("__typename", "Post"),
        ID,
        One("owner", "owner", Selection(filled.source("User"), user)),
        Many("comments", "comments", Selection(filled.source("Comment"), authored(filled))),
        Many("tags", "tags", Selection(filled.source("Tag"), (Leaf("name", "name"),))),
    )
    page = await filled.page(Selection(filled.source("Post"), fields))
    ada = {"name": "Ada", "profile": {"bio": "Countess"}, "posts": [{"id": 1}, {"id": 2}]}
    assert page.records[0] == {
        "__typename": "Post",
        "id": 1,
        "owner": ada,
        "comments": [
            {"text": "c1", "author": {"name": "Ada"}},
            {"text": "c2", "author": {"name": "Bob"}},
            {"text": "c3", "author": {"name": "Cy"}},
            {"text": "c5", "author": {"name": "Ada"}},
        ],
        "tags": [{"name": "red"}, {"name": "green"}],
    }
    assert page.records[1]["owner"] == ada
    assert page.records[1]["comments"] == [{"text": "c4", "author": None}]
    assert page.records[3] == {"__typename": "Post", "id": 4, "owner": None, "comments": [], "tags": []}
    assert len(filled.statements) == 4


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ((), ["c2", "c3"]),
        ((Sort("stars", "desc"),), ["c2", "c5"]),
        ((Sort("stars"),), ["c5", "c2"]),
        ((Sort("id", "desc"),), ["c3", "c2"]),
    ],
)
async def test_nested_page_is_each_parents_own(
    filled: Blog, sort: tuple[Sort, ...], expected: list[str]
) -> None:
    inner = Selection(
        filled.source("Comment"),
        (Leaf("text", "text"),),
        sort=sort,
        skip=FIRST,
        take=Parameter(1),
        count=True,
    )
    page = await filled.page(Selection(filled.source("Post"), (Many("comments", "comments", inner),)), (1, 2))
    assert [text["text"] for text in page.records[0]["comments"].records] == expected
    assert [record["comments"].total for record in page.records] == [4, 1, 0, 0]
    assert page.records[1]["comments"].records == []


async def test_nested_page_over_a_join_table(filled: Blog) -> None:
    inner = Selection(filled.source("Tag"), (Leaf("name", "name"),), sort=(Sort("name"),), take=FIRST)
    page = await filled.page(Selection(filled.source("Post"), (Many("tags", "tags", inner),)), (1,))
    assert [record["tags"] for record in page.records] == [[{"name": "green"}], [{"name": "green"}], [], []]


async def test_nested_filter(filled: Blog) -> None:
    inner = Selection(filled.source("Comment"), (ID,), Compare("stars", "gt", FIRST))
    page = await filled.page(Selection(filled.source("Post"), (Many("good", "comments", inner),)), (3,))
    assert [len(record["good"]) for record in page.records] == [2, 0, 0, 0]


async def test_hidden_rows_are_not_there_at_any_level(filled: Blog) -> None:
    users = filled.source("User", Compare("name", "neq", FIRST))
    owner = One("owner", "owner", Selection(users, (ID,)))
    author = One("author", "author", Selection(users, (Leaf("name", "name"),)))
    comments = filled.source("Comment", Compare("stars", "exists"))
    fields = (
        owner,
        Many("comments", "comments", Selection(comments, (author,), take=Parameter(1), count=True)),
    )
    page = await filled.page(Selection(filled.source("Post", Compare("votes", "exists")), fields), ("Ada", 9))
    assert page.records == [
        {
            "owner": None,
            "comments": Page([{"author": None}, {"author": {"name": "Bob"}}, {"author": None}], 3),
        },
        {"owner": None, "comments": Page([{"author": None}], 1)},
        {"owner": None, "comments": Page([], 0)},
    ]


async def test_computed_properties(filled: Blog) -> None:
    fields = (Leaf("d", "double"), Leaf("by", "byline"), Leaf("i", "inverse"))
    page = await filled.page(Selection(filled.source("Post"), fields))
    assert page.records[0] == {"d": Decimal("3.00"), "by": "Alpha by Ada", "i": Decimal("0.2")}
    assert page.records[1]["i"] is None
    users = (Leaf("n", "postCount"), Leaf("c", "credit"))
    page = await filled.page(Selection(filled.source("User"), users))
    assert page.records == [
        {"n": 2, "c": Decimal("3.50")},
        {"n": 1, "c": Decimal(0)},
        {"n": 0, "c": Decimal(0)},
    ]


UNSEEN: list[tuple[str, Any]] = [
    ("leaf", lambda blog: ((Leaf("x", "votes"),), None, ())),
    ("filter", lambda blog: ((ID,), Compare("votes", "eq", FIRST), ())),
    ("sort", lambda blog: ((ID,), None, (Sort("votes"),))),
    ("one", lambda blog: ((One("o", "owner", Selection(blog.source("User"), (ID,))),), None, ())),
    ("many", lambda blog: ((Many("c", "comments", Selection(blog.source("Comment"), (ID,))),), None, ())),
    ("related", lambda blog: ((ID,), Related("owner", Compare("id", "eq", FIRST)), ())),
    ("path", lambda blog: ((ID,), None, (Sort("id", "asc", ("owner",), (blog.source("User"),)),))),
]


@pytest.mark.parametrize(("where", "asked"), UNSEEN, ids=[name for name, _ in UNSEEN])
async def test_hidden_name_is_not_found(filled: Blog, where: str, asked: Any) -> None:
    fields, condition, sort = asked(filled)
    shown = filled.source("Post", without=["votes", "owner", "comments"])
    with pytest.raises(NotFound):
        await filled.page(Selection(shown, fields, condition, sort), (1,))
    assert await filled.page(Selection(filled.source("Post"), fields, condition, sort), (1,))


async def test_hidden_name_answers_like_an_unknown_one(filled: Blog) -> None:
    shown = filled.source("Post", without=["votes"])
    messages = []
    for name in ("votes", "vetos"):
        with pytest.raises(NotFound) as refused:
            await filled.page(Selection(shown, (Leaf("x", name),)))
        messages.append(refused.value.message.replace(name, "?"))
    assert messages[0] == messages[1]


async def test_row_filter_may_look_at_what_is_hidden(filled: Blog) -> None:
    shown = filled.source("Post", Compare("votes", "eq", FIRST), without=["votes"])
    page = await filled.page(Selection(shown, (ID,)), (0,))
    assert page.records == [{"id": 2}]


async def test_many_of_a_to_one_relation_is_not_found(filled: Blog) -> None:
    for field in (
        Many("x", "owner", Selection(filled.source("User"), (ID,))),
        One("x", "comments", Selection(filled.source("Comment"), (ID,))),
    ):
        with pytest.raises(NotFound):
            await filled.page(Selection(filled.source("Post"), (field,)))


async def test_keys_of_the_answer_may_be_any_text(filled: Blog) -> None:
    key = "'\"} for x in [__import__('os')] {"
    page = await filled.page(Selection(filled.source("Post"), (Leaf(key, "id"),), take=FIRST), (1,))
    assert page.records == [{key: 1}]


async def test_length_of_a_list_does_not_change_the_statement(filled: Blog) -> None:
    selection = Selection(filled.source("Post"), (ID,), Compare("id", "in", FIRST))
    seen = set()
    for values in ([], [1], list(range(1, 2000))):
        await filled.page(selection, (values,))
        seen.add(filled.statements[0].sql)
    assert len(seen) == 1
