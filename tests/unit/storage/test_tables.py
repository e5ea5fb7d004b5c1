from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel

from app.definition.relations import InverseError
from tests.unit.storage.definitions import tables

HABTM = "has_and_belongs_to_many"


def indexes(table: Table) -> set[tuple[tuple[str, ...], bool]]:
    return {(tuple(index.columns.keys()), bool(index.unique)) for index in table.indexes}


def on_delete(column: Any) -> str | None:
    (key,) = column.foreign_keys
    found: str | None = key.ondelete
    return found


def test_table_has_a_column_for_each_stored_property() -> None:
    shoe = tables(
        {
            "Price list": {
                "properties": {
                    "shoeType": {"kind": "text", "required": True},
                    "size": {"kind": "number"},
                    "double": {"kind": "expression", "expression": "=size * 2"},
                }
            }
        }
    ).models["Price list"]
    assert shoe.table.name == "shop__price_list"
    assert list(shoe.columns) == ["id", "shoeType", "size", "created_at", "updated_at"]
    assert shoe.columns["shoeType"] is shoe.table.c.shoe_type
    assert [column.name for column in shoe.table.columns if not column.nullable] == [
        "id",
        "shoe_type",
        "created_at",
        "updated_at",
    ]


def test_table_is_a_class_of_sqlmodel() -> None:
    record = tables({"Shoe": {"properties": {"size": {"kind": "number"}}}}).models["Shoe"].record
    assert issubclass(record, SQLModel)
    assert record(size=43).model_dump(exclude_none=True) == {"size": 43}


@pytest.mark.parametrize(
    "name", ["metadata", "json", "class", "model_config", "model_fields", "copy", "registry"]
)
def test_table_has_columns_whose_names_python_has_taken(name: str) -> None:
    shoe = tables({"Shoe": {"properties": {name: {"kind": "text"}}}}).models["Shoe"]
    assert shoe.columns[name].name == name


def test_table_has_unique_and_plain_indexes() -> None:
    shoe = tables(
        {
            "Shoe": {
                "properties": {
                    "code": {"kind": "text", "unique": True},
                    "brand": {"kind": "text"},
                    "serial": {"kind": "auto_increment"},
                },
                "relations": {"shop": {"belongs_to": "Store"}},
                "unique": [["brand", "shop"], "code"],
                "index": ["brand", "shop", ["created_at", "brand"]],
            },
            "Store": {},
        }
    ).models["Shoe"]
    assert indexes(shoe.table) == {
        (("code",), True),
        (("serial",), True),
        (("brand", "shop_id"), True),
        (("brand",), False),
        (("shop_id",), False),
        (("created_at", "brand"), False),
    }


def test_belongs_to_is_a_column_of_its_own_table() -> None:
    built = tables(
        {
            "Shoe": {
                "relations": {
                    "one": {"belongs_to": "Brand"},
                    "two": {"belongs_to": "Brand", "required": True, "on_delete": "cascade"},
                    "three": {"belongs_to": "Brand", "on_delete": "clear"},
                }
            },
            "Brand": {},
        }
    )
    relations = built.models["Shoe"].relations
    columns = [relations[name].column for name in ("one", "two", "three")]
    assert [column.name for column in columns if column is not None] == ["one_id", "two_id", "three_id"]
    assert [on_delete(column) for column in columns] == [None, "CASCADE", "SET NULL"]
    assert [column.nullable for column in columns if column is not None] == [True, False, True]
    assert columns[0] is not None and columns[0].references(built.models["Brand"].table.c.id)


def test_has_many_is_the_column_of_the_belongs_to_that_answers_it() -> None:
    built = tables(
        {
            "Shoe": {"relations": {"reviews": {"has_many": "Review"}, "label": {"has_one": "Label"}}},
            "Review": {"relations": {"shoe": {"belongs_to": "Shoe"}}},
            "Label": {"relations": {"of": {"belongs_to": "Shoe"}}},
        }
    )
    shoe = built.models["Shoe"].relations
    assert shoe["reviews"].foreign is built.models["Review"].table.c.shoe_id
    assert shoe["label"].foreign is built.models["Label"].table.c.of_id
    assert indexes(built.models["Review"].table) == {(("shoe_id",), False)}
    assert indexes(built.models["Label"].table) == {(("of_id",), True)}


@pytest.mark.parametrize("declared", ["here", "there"])
def test_has_many_is_told_apart_by_inverse(declared: str) -> None:
    many: dict[str, Any] = {"has_many": "Mail"}
    back: dict[str, Any] = {"belongs_to": "User"}
    if declared == "here":
        many["inverse"] = "sender"
    else:
        back["inverse"] = "sent"
    built = tables(
        {
            "User": {"relations": {"sent": many}},
            "Mail": {"relations": {"receiver": {"belongs_to": "User"}, "sender": back}},
        }
    )
    assert built.models["User"].relations["sent"].foreign is built.models["Mail"].table.c.sender_id


def test_has_many_that_nothing_answers_is_refused() -> None:
    with pytest.raises(InverseError, match=r"no belongs_to of Review answers Shoe\.reviews"):
        tables({"Shoe": {"relations": {"reviews": {"has_many": "Review"}}}, "Review": {}})


@pytest.mark.parametrize("inverse", [{}, {"inverse": "other"}])
def test_has_many_with_several_answers_or_a_wrong_inverse_is_refused(inverse: dict[str, str]) -> None:
    with pytest.raises(InverseError):
        tables(
            {
                "User": {"relations": {"sent": {"has_many": "Mail", **inverse}}},
                "Mail": {"relations": {"to": {"belongs_to": "User"}, "from": {"belongs_to": "User"}}},
            }
        )


def test_relation_to_its_own_model() -> None:
    part = tables(
        {"Part": {"relations": {"parent": {"belongs_to": "Part"}, "parts": {"has_many": "Part"}}}}
    ).models["Part"]
    assert part.relations["parent"].column is part.relations["parts"].foreign is part.table.c.parent_id


def test_join_table_has_both_references_and_an_index_for_each_way() -> None:
    built = tables({"Member": {"relations": {"roles": {HABTM: "Role"}}}})
    roles = built.models["Member"].relations["roles"]
    assert roles.join is not None and roles.near is not None and roles.far is not None
    assert roles.join.name == "shop__member__roles"
    assert (roles.near.name, roles.far.name) == ("member_id", "role_id")
    assert list(roles.join.primary_key.columns) == [roles.near, roles.far]
    assert indexes(roles.join) == {(("role_id", "member_id"), False)}
    assert on_delete(roles.near) == on_delete(roles.far) == "CASCADE"


@pytest.mark.parametrize("inverse", [{}, {"inverse": "tags"}])
def test_join_table_is_shared_by_both_sides(inverse: dict[str, str]) -> None:
    built = tables(
        {
            "Post": {"relations": {"tags": {HABTM: "Tag"}}},
            "Tag": {"relations": {"posts": {HABTM: "Post", **inverse}}},
        }
    )
    tags, posts = built.models["Post"].relations["tags"], built.models["Tag"].relations["posts"]
    assert tags.join is posts.join
    assert tags.near is posts.far
    assert tags.far is posts.near
    assert tags.join is not None and tags.join.name == "shop__post__tags"


def test_join_table_is_named_by_the_side_that_declares_no_inverse() -> None:
    built = tables(
        {
            "Tag": {"relations": {"posts": {HABTM: "Post", "inverse": "tags"}}},
            "Post": {"relations": {"tags": {HABTM: "Tag"}}},
        }
    )
    join = built.models["Tag"].relations["posts"].join
    assert join is not None and join.name == "shop__post__tags"


def test_join_table_of_a_model_with_itself() -> None:
    person = tables({"Person": {"relations": {"friends": {HABTM: "Person"}}}}).models["Person"]
    friends = person.relations["friends"]
    assert friends.near is not None and friends.far is not None
    assert (friends.near.name, friends.far.name) == ("person_id", "friends_id")


def test_names_that_are_too_long_for_postgresql_are_cut_and_stay_different() -> None:
    long = "A" + "very" * 14
    built = tables(
        {long + "One": {}, long + "Two": {"relations": {long + "r": {"belongs_to": long + "One"}}}}
    )
    names = [table.name for table in built.metadata.tables.values()]
    names += [column.name for table in built.metadata.tables.values() for column in table.columns]
    names += [str(index.name) for table in built.metadata.tables.values() for index in table.indexes]
    assert max(map(len, names)) <= 63
    assert built.models[long + "One"].table.name != built.models[long + "Two"].table.name


def test_tables_of_a_replaced_definition_are_freed() -> None:
    models: dict[str, Any] = {
        "Shoe": {"relations": {"reviews": {"has_many": "Review"}, "tags": {HABTM: "Tag"}}},
        "Review": {"relations": {"shoe": {"belongs_to": "Shoe"}}},
        "Tag": {},
    }
    built = tables(models)
    built.models["Shoe"].record()
    kept: list[weakref.ref[Any]] = [
        weakref.ref(built.metadata),
        weakref.ref(built.models["Shoe"].record),
        weakref.ref(built.application),
    ]
    again = tables(models)
    del built
    gc.collect()
    assert [reference() for reference in kept] == [None, None, None]
    assert again.models["Shoe"].table.name == "shop__shoe"
