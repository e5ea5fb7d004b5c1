from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.properties.kinds import parsed, refused

OPTIONS = ("Linux", "Mac", "Windows")


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_list_takes_one_of_its_options() -> None:
    assert parsed("list", "Mac", options=OPTIONS) == "Mac"


@pytest.mark.parametrize("value", ["", "mac", "Mac ", "Beos"])
def test_list_refuses_what_is_no_option(value: str) -> None:
    assert refused("list", value, options=OPTIONS) == "is_not_an_option"


@pytest.mark.parametrize(
    ("value", "chosen"),
    [
        ([], []),
        (["Mac", "Linux", "Mac"], ["Mac", "Linux"]),
        (("Mac",), ["Mac"]),
        ("Mac", ["Mac"]),
        ('["Mac", "Linux"]', ["Mac", "Linux"]),
    ],
)
def test_multi_list_takes_each_option_once(value: Any, chosen: list[str]) -> None:
    assert parsed("multi_list", value, options=OPTIONS) == chosen


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (["Beos"], "is_not_an_option"),
        ("Beos", "is_not_an_option"),
        ([1], "is_invalid"),
        ({"Mac": True}, "is_invalid"),
        (True, "is_invalid"),
        ('["Mac"', "is_invalid"),
        ("[" * 100_000, "is_invalid"),
        (["Mac"] * 1_001, "is_too_long"),
    ],
)
def test_multi_list_refuses_other_things(value: Any, code: str) -> None:
    assert refused("multi_list", value, options=OPTIONS) == code


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"a": [1, "x", True, None]}, {"a": [1, "x", True, None]}),
        ("text", "text"),
        ('{"a": 1}', '{"a": 1}'),
        (0.1, Decimal("0.1")),
        (Decimal("12.50"), Decimal("12.50")),
        ((1, 2), [1, 2]),
        ({"at": datetime(2026, 11, 22, tzinfo=UTC)}, {"at": "2026-11-22T00:00:00.000000+00:00"}),
        ([date(2026, 11, 22)], ["2026-11-22"]),
        (2**63 - 1, 2**63 - 1),
    ],
)
def test_json_takes_what_json_can_hold(value: Any, kept: Any) -> None:
    assert parsed("json", value) == kept


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (float("nan"), "is_invalid"),
        ([float("inf")], "is_invalid"),
        ({1: "a"}, "is_invalid"),
        ({"a\0": 1}, "is_invalid"),
        (["\ud800"], "is_invalid"),
        (object(), "is_invalid"),
        (b"bytes", "is_invalid"),
        ({1, 2}, "is_invalid"),
        (2**63, "is_too_large"),
        (Decimal("1e400"), "is_too_large"),
        (Decimal("1e-400"), "is_too_large"),
        (nested(33), "is_too_large"),
        ("x" * 1_000_001, "is_too_large"),
    ],
)
def test_json_refuses_other_things(value: Any, code: str) -> None:
    assert refused("json", value) == code


def test_json_as_deep_as_allowed() -> None:
    assert parsed("json", nested(32)) == nested(32)


@pytest.mark.parametrize(
    ("value", "kept"), [({}, {}), ({"a": 1.5}, {"a": Decimal("1.5")}), ('{"a": [1]}', {"a": [1]})]
)
def test_object_takes_a_mapping(value: Any, kept: Any) -> None:
    assert parsed("object", value) == kept


@pytest.mark.parametrize("value", [[], "text", "[1]", "{", 1, True, '{"a":' * 100_000])
def test_object_refuses_other_things(value: Any) -> None:
    assert refused("object", value) == "is_invalid"
