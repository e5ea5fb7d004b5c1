"""What the parameters of a generated list ask for, and how wrong ones are named."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.definition.conditions import Compare, Every, Parameter, Related
from app.definition.model import Model
from app.errors import BadInput
from app.shims.endpoints.lists import Columns
from app.storage.selection import Sort, Source

MODEL = Model.model_validate(
    {
        "properties": {
            "name": {"kind": "text"},
            "price": {"kind": "price", "minimum": 10},
            "ripe": {"kind": "boolean"},
            "more": {"kind": "json"},
            "cost": {"kind": "price"},
        },
        "relations": {"seller": {"belongs_to": "Seller"}},
    }
)
SELLERS = Source("Seller", frozenset({"id"}), Compare("id", "eq", Parameter(0)))
COLUMNS = Columns(MODEL, frozenset({"id", "name", "price", "ripe", "more"}), {"seller": SELLERS})


def read(**query: str) -> Any:
    return COLUMNS.read({name.replace("__", "."): [text] for name, text in query.items()}, 50, 200)


@pytest.mark.parametrize(
    ("query", "where", "operands"),
    [
        ({"name": "pear"}, (("name", "eq"),), ("pear",)),
        ({"price__lt": "2.5"}, (("price", "lt"),), (Decimal("2.50"),)),
        ({"id__in": "1,2"}, (("id", "in"),), ([1, 2],)),
        ({"name__nin": "a,b"}, (("name", "nin"),), (["a", "b"],)),
        ({"ripe": "false"}, (("ripe", "eq"),), (False,)),
        ({"price__exists": "true"}, (("price", "exists"),), ()),
        ({"price__exists": "false", "name": "a"}, (("price", "does_not_exist"), ("name", "eq")), ("a",)),
        ({"more__does_not_exist": "true"}, (("more", "does_not_exist"),), ()),
        ({"seller": "3"}, (("seller", "eq"),), (3,)),
    ],
)
def test_conditions(query: dict[str, str], where: Any, operands: Any) -> None:
    asked = read(**query)
    assert (asked.where, asked.operands) == (where, operands)


def test_condition_on_a_relation_keeps_to_the_rows_that_the_caller_may_read() -> None:
    where = COLUMNS.condition((("name", "eq"), ("seller", "eq")), iter([Parameter(4), Parameter(5)]))
    related = Related("seller", Compare("id", "eq", Parameter(5)), SELLERS.rows, SELLERS.names)
    assert where == Every((Compare("name", "eq", Parameter(4)), related))


def test_page_and_order() -> None:
    asked = read(page="3", per_page="20", sort="-price,id", total="true")
    assert (asked.page, asked.per_page, asked.total) == (3, 20, True)
    assert asked.sort == (Sort("price", "desc"), Sort("id"))


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ({"nam": "x"}, "is_unknown", "Did you mean 'name'?"),
        ({"cost": "1"}, "is_unknown", "is no parameter of this list."),
        ({"cost__lt": "1"}, "is_unknown", "is no parameter of this list."),
        ({"sort": "cost"}, "is_unknown", "names 'cost', by which nothing can be sorted"),
        ({"sort": "more"}, "is_unknown", "names 'more', by which nothing can be sorted"),
        ({"sort": ",".join(["id"] * 11)}, "is_invalid", "more than 10"),
        ({"price__like": "1"}, "is_unknown", "has no operator 'like'"),
        ({"price": "dear"}, "is_invalid", "is no number"),
        ({"price__exists": "perhaps"}, "is_invalid", "is neither true nor false"),
        ({"name": "a\0b"}, "is_invalid", "has a character that no text has"),
        ({"more": "{}"}, "is_unknown", "has no operator 'eq'"),
        ({"seller__exists": "true"}, "is_unknown", "has no operator 'exists'"),
        ({"page": "0"}, "is_too_small", "is less than 1"),
        ({"per_page": "201"}, "is_invalid", "is not between 1 and 200"),
    ],
)
def test_wrong_parameter(query: dict[str, str], code: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(**query)
    (key,) = query
    assert refused.value.fields == {key.replace("__", "."): [code]}
    assert words in refused.value.message


def test_all_wrong_parameters_are_named() -> None:
    with pytest.raises(BadInput) as refused:
        COLUMNS.read({"nam": ["x"], "price": ["x"], "name": ["a", "b"]}, 50, 200)
    assert list(refused.value.fields) == ["nam", "price", "name"]


def test_hidden_property_and_unknown_one_get_the_same_words() -> None:
    messages = []
    for name in ("cost", "zzzz"):
        with pytest.raises(BadInput) as refused:
            read(**{name: "1", "sort": name})
        messages.append(refused.value.message.replace(name, "?"))
    assert messages[0] == messages[1]
