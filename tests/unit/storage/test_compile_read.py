"""What plans answer, the same on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.definition.conditions import Compare, Condition, Every, Parameter, Related, Some
from app.errors import BadInput, NotFound
from app.storage.selection import Constant, Field, Leaf, Many, One, Selection, Sort
from app.storage.shape import Page
from tests.unit.storage.blog import NOW_TEXT, Blog

ID = Leaf("id", "id")
TITLE = Leaf("title", "title")


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


async def ids(blog: Blog, where: Condition | None, *values: Any, sort: tuple[Sort, ...] = ()) -> list[int]:
    page = await blog.page(Selection(blog.source("Post"), (ID,), where, sort), values)
    return [record["id"] for record in page.records]


FIRST = Parameter(0)
FILTERS: list[tuple[str, str, Any, list[int]]] = [
    ("title", "eq", "Alpha", [1]),
    ("title", "eq", None, []),
    ("title", "neq", "Alpha", [2, 3, 4]),
    ("title", "neq", None, []),
    ("title", "in", ["Alpha", None, "beta"], [1, 2]),
    ("title", "in", [], []),
    ("title", "in", None, []),
    ("title", "nin", ["Alpha", None], [2, 3, 4]),
    ("title", "nin", [], [1, 2, 3, 4]),
    ("title", "nin", None, []),
    ("title", "matches", "ALPH", [1]),
    ("title", "matches", "0%", [3]),
    ("title", "matches", "\\", []),
    ("title", "matches", "\u00c9", []),
    ("slug", "matches", "g_", [3]),
    ("slug", "matches", "gx", []),
    ("title", "does_not_match", "A", [4]),
    ("slug", "does_not_match", "z", [3]),
    ("title", "starts_with", "Al", [1]),
    ("title", "starts_with", "al", []),
    ("title", "starts_with", "", [1, 2, 3, 4]),
    ("title", "ends_with", "a", [1, 2]),
    ("title", "ends_with", "", [1, 2, 3, 4]),
    ("title", "ends_with", "a longer text than any", []),
    ("title", "regex", "^[A-Z]", [1, 3]),
    ("title", "regex", r"\b\d+%$", [3]),
    ("title", "regex", "(?i)^BETA$", [2]),
    ("title", "regex", None, []),
    ("slug", "exists", None, [3]),
    ("slug", "does_not_exist", None, [1, 2, 4]),
    ("votes", "eq", 5, [1, 4]),
    ("votes", "eq", 2**80, []),
    ("votes", "neq", 2**80, [1, 2, 4]),
    ("votes", "lt", 2**80, [1, 2, 4]),
    ("votes", "gt", Decimal("4.5"), [1, 4]),
    ("votes", "lteq", Decimal("4.5"), [2]),
    ("votes", "in", [5, Decimal("0.5")], [1, 4]),
    ("votes", "nin", [0], [1, 4]),
    ("price", "eq", Decimal("1.5"), [1]),
    ("price", "eq", Decimal("1.501"), []),
    ("price", "gt", Decimal("1.499"), [1, 2]),
    ("price", "gteq", Decimal("1.501"), [2]),
    ("price", "lt", Decimal("1.501"), [1, 4]),
    ("price", "in", ["2", "0.01"], [2, 4]),
    ("created_at", "eq", NOW_TEXT, [1, 2, 3, 4]),
    ("created_at", "gt", NOW_TEXT, []),
    ("id", "in", [3, 1, 99], [1, 3]),
]


@pytest.mark.parametrize(("name", "operator", "value", "expected"), FILTERS)
async def test_filter(filled: Blog, name: str, operator: str, value: Any, expected: list[int]) -> None:
    operand = None if operator in ("exists", "does_not_exist") else FIRST
    assert await ids(filled, Compare(name, operator, operand), value) == expected


COMBINED: list[tuple[Condition, list[Any], list[int]]] = [
    (Every(()), [], [1, 2, 3, 4]),
    (Some(()), [], []),
    (Every((Compare("votes", "eq", FIRST), Compare("price", "gt", Parameter(1)))), [5, 1], [1]),
    (Some((Compare("votes", "eq", FIRST), Compare("title", "eq", Parameter(1)))), [0, "Alpha"], [1, 2]),
    (Related("owner", Compare("name", "eq", FIRST)), ["Ada"], [1, 2]),
    (Related("owner", Every(())), [], [1, 2, 3]),
    (Related("owner", Every(()), Compare("name", "eq", FIRST)), ["Bob"], [3]),
    (Related("comments", Compare("stars", "gteq", FIRST)), [4], [1]),
    (Related("comments", Related("author", Compare("name", "eq", FIRST))), ["Cy"], [1]),
    (Related("tags", Compare("name", "eq", FIRST)), ["green"], [1, 2]),
    (Related("owner", Related("profile", Compare("bio", "exists"))), [], [1, 2]),
]


@pytest.mark.parametrize(("where", "values", "expected"), COMBINED)
async def test_filter_combined(filled: Blog, where: Condition, values: list[Any], expected: list[int]) -> None:
    assert await ids(filled, where, *values) == expected


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("title", "gt", "a"),
        ("title", "shouts", "a"),
        ("title", "eq", 5),
        ("title", "eq", "a\0"),
        ("title", "matches", "x" * 10_001),
        ("title", "regex", "("),
        ("title", "regex", "(?=a)"),
        ("title", "in", "Alpha"),
        ("votes", "eq", "many"),
        ("created_at", "gt", "soon"),
        ("double", "eq", 3),
        ("extra", "eq", 3),
    ],
)
async def test_filter_with_a_wrong_operand_is_bad_input(filled: Blog, name: str, operator: str, value: Any) -> None:
    with pytest.raises(BadInput) as refused:
        await ids(filled, Compare(name, operator, FIRST), value)
    assert list(refused.value.fields) == [name]


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
async def test_page(filled: Blog, skip: int | None, take: int | None, expected: list[int], total: int) -> None:
    selection = Selection(filled.source("Post"), (ID,), skip=FIRST, take=Parameter(1), count=True)
    page = await filled.page(selection, (skip, take))
    assert ([record["id"] for record in page.records], page.total) == (expected, total)


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
async def test_nested_page_is_each_parents_own(filled: Blog, sort: tuple[Sort, ...], expected: list[str]) -> None:
    inner = Selection(
        filled.source("Comment"), (Leaf("text", "text"),), sort=sort, skip=FIRST, take=Parameter(1), count=True
    )
    page = await filled.page(
        Selection(filled.source("Post"), (Many("comments", "comments", inner),)), (1, 2)
    )
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
    fields = (owner, Many("comments", "comments", Selection(comments, (author,), take=Parameter(1), count=True)))
    page = await filled.page(Selection(filled.source("Post", Compare("votes", "exists")), fields), ("Ada", 9))
    assert page.records == [
        {"owner": None, "comments": Page([{"author": None}, {"author": {"name": "Bob"}}, {"author": None}], 3)},
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
