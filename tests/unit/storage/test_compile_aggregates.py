"""What records come to, the same on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.definition.conditions import Compare, Parameter, Related
from app.errors import BadInput, NotFound
from app.json_text import write_json_bytes
from app.storage.selection import (
    Aggregates,
    Bundle,
    Constant,
    Figure,
    Function,
    Leaf,
    Many,
    One,
    Selection,
    Summary,
)
from tests.unit.storage.blog import NOW_TEXT, Blog

pytestmark = pytest.mark.asyncio(loop_scope="module")
COUNT = Figure("count", "count")
FIRST = Parameter(0)
STARS = (
    COUNT,
    Figure("sum", "sum", "stars"),
    Figure("avg", "avg", "stars"),
    Figure("min", "min", "stars"),
    Figure("max", "max", "stars"),
)
NO_STARS = {"count": 0, "sum": 0, "avg": None, "min": None, "max": None}
HUGE = "90000000000000000.07"


async def aggregate(blog: Blog, *parts: Any, model: str = "Post", values: Any = (), **more: Any) -> Any:
    """The only object of an aggregate over all records of a model."""
    found = await blog.page(Aggregates(blog.source(model), parts, **more), values)
    (only,) = found.records
    return only


@pytest.mark.parametrize(
    ("function", "property", "expected"),
    [
        ("sum", "votes", b"10"),
        ("sum", "price", b"3.51"),
        ("avg", "votes", b"3.333333"),
        ("avg", "price", b"1.17"),
        ("min", "votes", b"0"),
        ("max", "votes", b"5"),
        ("min", "price", b"0.01"),
        ("max", "price", b"2.0"),
        ("min", "id", b"1"),
        ("max", "id", b"4"),
        ("min", "title", b'"Alpha"'),
        ("max", "title", '"étude"'.encode()),
        ("min", "slug", b'"g_1"'),
        ("min", "created_at", f'"{NOW_TEXT}"'.encode()),
        ("max", "published_at", b"null"),
        ("min", "at", b"null"),
    ],
)
async def test_figure(filled: Blog, function: Function, property: str, expected: bytes) -> None:
    found = await aggregate(filled, Figure("found", function, property))
    assert write_json_bytes(found["found"], str) == expected


async def test_figures_of_nothing(filled: Blog) -> None:
    found = await aggregate(
        filled, *STARS, model="Comment", where=Compare("text", "eq", FIRST), values=("none",)
    )
    assert found == NO_STARS


async def test_figures_fulfil_a_condition_over_relations(filled: Blog) -> None:
    where = Related("post", Compare("title", "eq", FIRST), None, filled.names("Post"))
    found = await aggregate(filled, *STARS, model="Comment", where=where, values=("Alpha",))
    assert found == {"count": 4, "sum": 12, "avg": 4.0, "min": 3, "max": 5}


async def test_figures_under_keys_of_their_own(filled: Blog) -> None:
    inner = Bundle("least", (Figure("price", "min", "price"), Constant("__typename", "PostExtremes")))
    found = await aggregate(filled, Constant("is", "Post"), inner)
    assert found == {"is": "Post", "least": {"price": 0.01, "__typename": "PostExtremes"}}
    assert await aggregate(filled, Constant("is", "Post")) == {"is": "Post"}


async def test_average_rounds_halves_away_from_zero(own_blog: Blog) -> None:
    """A 128th ends in a 5 behind the last digit that is kept."""
    await own_blog.create_all(
        "Post", [{"title": str(number), "votes": int(number == 0)} for number in range(64)]
    )
    assert (await aggregate(own_blog, Figure("avg", "avg", "votes")))["avg"] == 0.015625
    await own_blog.update("Post", 1, {"votes": -1})
    await own_blog.create_all("Post", [{"title": f"more {number}", "votes": 0} for number in range(64)])
    assert (await aggregate(own_blog, Figure("avg", "avg", "votes")))["avg"] == -0.007813


async def test_sum_beyond_64_bits_is_exact(own_blog: Blog) -> None:
    prices = [HUGE, HUGE, HUGE, "0"]
    await own_blog.create_all(
        "Post", [{"title": str(number), "price": price} for number, price in enumerate(prices)]
    )
    found = await aggregate(own_blog, Figure("sum", "sum", "price"), Figure("avg", "avg", "price"))
    assert write_json_bytes(found, str) == b'{"sum":270000000000000000.21,"avg":67500000000000000.0525}'


async def test_figures_for_steps_are_decimals(filled: Blog) -> None:
    query = Aggregates(filled.source("Post"), (Figure("sum", "sum", "price"), Figure("avg", "avg", "price")))
    (found,) = (await filled.page(query, form="python")).records
    assert found == {"sum": Decimal("3.51"), "avg": Decimal("1.17")}
    assert all(isinstance(value, Decimal) for value in found.values())


@pytest.mark.parametrize(
    ("function", "property"),
    [
        ("sum", "title"),
        ("avg", "created_at"),
        ("sum", "id"),
        ("avg", "serial"),
        ("min", "extra"),
        ("max", "cover"),
        ("max", "double"),
        ("sum", "double"),
        ("count", "title"),
    ],
)
async def test_figure_that_is_none_is_bad_input(filled: Blog, function: Function, property: str) -> None:
    with pytest.raises(BadInput):
        await aggregate(filled, Figure("found", function, property))


async def test_figure_of_a_hidden_property_is_as_unknown(filled: Blog) -> None:
    messages = []
    for name in ("votes", "nothing"):
        query = Aggregates(filled.source("Post", without=["votes"]), (Figure("found", "max", name),))
        with pytest.raises(NotFound) as caught:
            await filled.page(query)
        messages.append(str(caught.value).replace(name, "x"))
    assert len(set(messages)) == 1


async def test_figures_leave_out_rows_of_the_row_filter(filled: Blog) -> None:
    query = Aggregates(filled.source("Comment", Compare("stars", "gteq", FIRST)), STARS)
    (found,) = (await filled.page(query, (4,))).records
    assert found == {"count": 2, "sum": 9, "avg": 4.5, "min": 4, "max": 5}


def groups(blog: Blog, *by: str, **more: Any) -> Aggregates:
    """Posts by some of their properties, with the number of each group."""
    key = Bundle("key", tuple(Leaf(name, name) for name in by))
    return Aggregates(blog.source("Post"), (key, COUNT), by=by, **more)


async def test_groups_come_in_the_order_of_their_values_and_null_last(filled: Blog) -> None:
    assert (await filled.page(groups(filled, "votes"))).records == [
        {"key": {"votes": 0}, "count": 1},
        {"key": {"votes": 5}, "count": 2},
        {"key": {"votes": None}, "count": 1},
    ]


async def test_groups_by_several_properties(filled: Blog) -> None:
    found = (await filled.page(groups(filled, "votes", "price"))).records
    assert [(one["key"]["votes"], one["key"]["price"]) for one in found] == [
        (0, 2.0),
        (5, 0.01),
        (5, 1.5),
        (None, None),
    ]


async def test_groups_have_a_page_and_a_condition(filled: Blog) -> None:
    query = groups(
        filled, "votes", where=Compare("title", "neq", FIRST), skip=Parameter(1), take=Parameter(2)
    )
    found = (await filled.page(query, ("Alpha", 1, 1))).records
    assert found == [{"key": {"votes": 5}, "count": 1}]


async def test_groups_of_which_nothing_is_asked(filled: Blog) -> None:
    query = Aggregates(filled.source("Post"), (Constant("is", "group"),), by=("votes",))
    assert (await filled.page(query)).records == [{"is": "group"}] * 3


@pytest.mark.parametrize("by", ["double", "extra", "cover", "postCount"])
async def test_groups_by_what_has_no_groups(filled: Blog, by: str) -> None:
    with pytest.raises((BadInput, NotFound)):
        await filled.page(groups(filled, by))


async def test_group_key_that_is_not_grouped_by_is_bad_input(filled: Blog) -> None:
    query = Aggregates(filled.source("Post"), (Leaf("title", "title"),), by=("votes",))
    with pytest.raises(BadInput):
        await filled.page(query)


async def test_groups_by_a_hidden_property(filled: Blog) -> None:
    query = Aggregates(filled.source("Post", without=["votes"]), (COUNT,), by=("votes",))
    with pytest.raises(NotFound):
        await filled.page(query)


async def test_summary_of_each_record_takes_one_statement(filled: Blog) -> None:
    summary = Summary("stars", "comments", Aggregates(filled.source("Comment"), STARS))
    page = await filled.page(Selection(filled.source("Post"), (Leaf("id", "id"), summary)))
    assert [record["stars"] for record in page.records] == [
        {"count": 4, "sum": 12, "avg": 4.0, "min": 3, "max": 5},
        {"count": 1, "sum": 1, "avg": 1.0, "min": 1, "max": 1},
        NO_STARS,
        NO_STARS,
    ]
    assert len(filled.statements) == 2


async def test_summary_has_its_own_condition_and_row_filter(filled: Blog) -> None:
    shown = filled.source("Comment", Compare("stars", "lt", Parameter(0)))
    inner = Aggregates(shown, (COUNT,), Compare("text", "neq", Parameter(1)))
    query = Selection(filled.source("Post"), (Summary("few", "comments", inner),))
    page = await filled.page(query, (5, "c1"))
    assert [record["few"]["count"] for record in page.records] == [1, 1, 0, 0]


async def test_summary_over_a_join_table(filled: Blog) -> None:
    inner = Aggregates(filled.source("Tag"), (COUNT, Figure("last", "max", "name")))
    page = await filled.page(Selection(filled.source("Post"), (Summary("tags", "tags", inner),)))
    assert [record["tags"] for record in page.records] == [
        {"count": 2, "last": "red"},
        {"count": 1, "last": "green"},
        {"count": 0, "last": None},
        {"count": 0, "last": None},
    ]


async def test_summaries_at_every_level(filled: Blog) -> None:
    """A record that is not there has no summary; the number of statements is that of the levels."""
    posts = Summary("posts", "posts", Aggregates(filled.source("Post"), (COUNT,)))
    author = One("author", "author", Selection(filled.source("User"), (posts,)))
    comments = Many("comments", "comments", Selection(filled.source("Comment"), (author,)))
    page = await filled.page(Selection(filled.source("Post"), (comments,)))
    found = [[each["author"] for each in record["comments"]] for record in page.records]
    ada, bob, cy = ({"posts": {"count": count}} for count in (2, 1, 0))
    assert found == [[ada, bob, cy, ada], [None], [], []]
    assert len(filled.statements) == 3


async def test_summary_of_a_hidden_or_to_one_relation(filled: Blog) -> None:
    inner = Aggregates(filled.source("Comment"), (COUNT,))
    for source, relation in (
        (filled.source("Post", without=["comments"]), "comments"),
        (filled.source("Post"), "owner"),
    ):
        with pytest.raises(NotFound):
            await filled.page(Selection(source, (Summary("found", relation, inner),)))
