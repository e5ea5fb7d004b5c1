"""Answers made of rows."""

from __future__ import annotations

from decimal import Decimal

from app.storage.shape import (
    Cell,
    Children,
    Computed,
    FileCell,
    Fixed,
    Node,
    Object,
    group_shape,
    list_shape,
)


def test_shape_of_a_record_with_everything() -> None:
    node: Node = Object(
        (
            ("id", Cell(0)),
            ("price", Cell(1, lambda value: Decimal(value) / 100)),
            ("__typename", Fixed("Post")),
            ("owner", Object((("id", Cell(2)), ("name", Cell(3))), 2)),
            ("cover", FileCell(4, (("name", "name"), ("at", "url")))),
            ("twice", Computed(lambda values: values["n"] * 2, (("n", Cell(0)),))),
            ("comments", Children(0, 0)),
        )
    )
    rows = [(1, 150, 7, "Ada", "id/cat.png"), (2, None, None, None, None)]
    shaped = list_shape(node, 5)(rows, lambda reference: f"/{reference}", [{1: ["c"], 2: []}])
    assert shaped == [
        {
            "id": 1,
            "price": Decimal("1.5"),
            "__typename": "Post",
            "owner": {"id": 7, "name": "Ada"},
            "cover": {"name": "cat.png", "at": "/id/cat.png"},
            "twice": 2,
            "comments": ["c"],
        },
        {
            "id": 2,
            "price": None,
            "__typename": "Post",
            "owner": None,
            "cover": None,
            "twice": 4,
            "comments": [],
        },
    ]


def test_shape_of_groups_adds_to_the_parents_lists() -> None:
    groups: dict[int, list[object]] = {1: [], 2: [], 3: []}
    node = Object((("text", Cell(1)), ("more", Children(0, 1))))
    group_shape(node, 2)([(1, "a"), (3, "b"), (1, "c")], None, [{"a": [1], "b": [], "c": []}], groups)
    assert groups == {
        1: [{"text": "a", "more": [1]}, {"text": "c", "more": []}],
        2: [],
        3: [{"text": "b", "more": []}],
    }


def test_shape_keys_are_only_keys() -> None:
    key = "'\"}]\n{__import__('os')}\\"
    assert list_shape(Object(((key, Cell(0)),)), 1)([(1,)], None, []) == [{key: 1}]


def test_shape_of_a_single_column_and_of_none() -> None:
    assert list_shape(Object((("a", Cell(0)),)), 1)([(5,)], None, []) == [{"a": 5}]
    assert list_shape(Object((("a", Fixed(None)),)), 1)([(5,)], None, []) == [{"a": None}]
