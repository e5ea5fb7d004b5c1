from __future__ import annotations

from pathlib import Path

import pytest

from app.definition.diff import differences
from tests.unit.definition.toys import loaded

BEFORE = """
models:
  Shoe:
    properties:
      size: {kind: number}
      code: {kind: text}
      price: {kind: price, hidden: true}
    relations:
      brand: {belongs_to: Brand}
    read: {public: all, member: {size: {eq: 1}}}
    write: {member: all}
    views:
      short: {properties: [size]}
    filters:
      big: {where: {size: {gt: 44}}}
  Brand: {}
actions:
  Sell:
    allow: [member]
    input:
      size: {kind: number}
    steps: []
    result: =size
    outputs: {total: =size}
    triggers: {module: {access: none}}
endpoints:
  sell: {path: /sell, method: POST, allow: [member], action: Sell}
api_generator:
  Shoe: {path: /shoes, allow: [member]}
roles: {member: {privileges: [use_api_key]}, owner: {}}
"""


def changes(folder: Path, *edits: tuple[str, str]) -> list[str]:
    """What is otherwise for callers after these replacements, each of which finds its text."""
    after = BEFORE
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    return [
        str(one) for one in differences(loaded(folder, BEFORE).application, loaded(folder, after).application)
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("      code: {kind: text}\n", "", ["breaks: property Shoe.code is gone"]),
        (
            "code: {kind: text}",
            "code: {kind: number}",
            ["breaks: kind of property Shoe.code is otherwise: number, not text"],
        ),
        (
            "code: {kind: text}",
            "key: {kind: text, was: code}",
            ["breaks: property Shoe.code is called key now"],
        ),
        (
            "code: {kind: text}",
            "code: {kind: text, required: true, length: 9}",
            [
                "breaks: property Shoe.code has to be given when a record is created",
                "changes: length of property Shoe.code is 9 now, not nothing",
            ],
        ),
        ("code: {kind: text}", "code: {kind: text, required: true, default: x}", []),
        (
            "code: {kind: text}",
            "code: {kind: text, hidden: true}",
            ["closes: property Shoe.code is hidden now, not visible"],
        ),
        (", hidden: true", "", ["opens: property Shoe.price is visible now, not hidden"]),
        (
            ", hidden: true",
            ", hidden: {except: [owner]}",
            ["changes: property Shoe.price is visible to owner only now, not hidden"],
        ),
        (
            "brand: {belongs_to: Brand}",
            "brand: {has_many: Brand, inverse: brand}",
            ["breaks: kind of relation Shoe.brand is otherwise: has_many, not belongs_to"],
        ),
        (
            "brand: {belongs_to: Brand}",
            "brand: {belongs_to: Brand, required: true}",
            ["breaks: relation Shoe.brand has to be given when a record is created"],
        ),
        ("  Brand: {}", "  Brand: {}\n  Hat: {}", ["adds: model Hat is new"]),
        ("public: all, ", "", ["closes: public may read no records of Shoe, not all records"]),
        ("{size: {eq: 1}}", "all", ["opens: member may read all records of Shoe, not some records"]),
        (
            "{size: {eq: 1}}",
            "{size: {eq: 2}}",
            ["changes: member may read some records of Shoe, not some records"],
        ),
        (
            "write: {member: all}",
            "write: {owner: all, member: all}",
            ["opens: owner may write all records of Shoe, not no records"],
        ),
        (
            "properties: [size]",
            "properties: [code]",
            ["breaks: properties of view of Shoe short is otherwise: code, not size"],
        ),
        ("{gt: 44}", "{gt: 45}", ["breaks: where of filter of Shoe big is otherwise"]),
        (
            "      big: {where",
            "      huge: {where",
            ["breaks: filter of Shoe big is gone", "adds: filter of Shoe huge is new"],
        ),
        (
            "      size: {kind: number}\n    steps",
            "      size: {kind: number, required: true}\n    steps",
            ["breaks: input size of action Sell has to be given"],
        ),
        (
            "      size: {kind: number}\n    steps",
            "      colour: {kind: text}\n    steps",
            ["breaks: input size of action Sell is gone", "adds: input colour of action Sell is new"],
        ),
        ("result: =size", "result: =1", ["changes: the result of action Sell is made otherwise"]),
        ("outputs: {total: =size}", "outputs: {}", ["breaks: output total of action Sell is gone"]),
        ("triggers: {module: {access: none}}", "", ["breaks: trigger module of action Sell is gone"]),
        ("access: none", "access: api_key", ["changes: trigger module of action Sell is otherwise"]),
        (
            "    allow: [member]\n",
            "    allow: [owner]\n",
            ["opens: action Sell: owner is allowed now", "closes: action Sell: member is no longer allowed"],
        ),
        ("    allow: [member]\n", "    allow: [public]\n", ["opens: action Sell: public is allowed now"]),
        ("path: /sell", "path: /buy", ["breaks: path of endpoint POST /sell is otherwise: /buy, not /sell"]),
        (
            "method: POST, allow: [member]",
            "method: POST",
            ["closes: endpoint POST /sell: member is no longer allowed"],
        ),
        (
            "api_generator:\n  Shoe: {path: /shoes, allow: [member]}\n",
            "",
            ["breaks: generated api of Shoe is gone"],
        ),
        (
            "[use_api_key]",
            "[manage]",
            [
                "opens: the privileges of role member: manage is allowed now",
                "closes: the privileges of role member: use_api_key is no longer allowed",
            ],
        ),
    ],
)
def test_change_is_told_in_words(tmp_path: Path, old: str, new: str, told: list[str]) -> None:
    assert changes(tmp_path, (old, new)) == told


def test_same_definition_has_no_differences(tmp_path: Path) -> None:
    assert changes(tmp_path) == []


def test_action_that_is_called_otherwise_is_the_same_by_its_uuid(tmp_path: Path) -> None:
    uuid = "00000000-0000-4000-8000-00000000000a"
    keep = ("  Sell:\n", f"  Sell:\n    uuid: {uuid}\n")
    told = changes(tmp_path, keep)
    assert told == [f"breaks: action Sell has another uuid now: {uuid}, not {_uuid_of_sell(tmp_path)}"]


def _uuid_of_sell(folder: Path) -> str:
    return str(loaded(folder, BEFORE).application.actions["Sell"].uuid)
