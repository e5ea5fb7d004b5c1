"""How values stand in CSV."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.shims.endpoints.answers import csv_lines


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("a b", "a b"),
        ('say "hi", you', '"say ""hi"", you"'),
        ("two\nlines", '"two\nlines"'),
        (True, "true"),
        (-5, "-5"),
        (Decimal("-1.50"), "-1.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 11, 22), "2026-11-22"),
        ({"a": [1, Decimal("1.50")]}, '"{""a"":[1,1.50]}"'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("a=1", "a=1"),
    ],
)
def test_cell(value: Any, cell: str) -> None:
    assert list(csv_lines([{"x": value, "y": 1}])) == ["x,y\r\n", f"{cell},1\r\n"]


def test_columns_are_those_of_all_rows_and_safe_too() -> None:
    assert "".join(csv_lines([{"a": 1}, {"=b": 2, "a": 3}])) == "a,'=b\r\n1,\r\n3,2\r\n"


def test_list_of_plain_values_is_one_column() -> None:
    assert "".join(csv_lines([], ["a", "b"])) == "a,b\r\n"
    assert "".join(csv_lines(["a", "=b"], ["a", "b"])) == "value\r\na\r\n'=b\r\n"


def test_lines_are_made_one_by_one() -> None:
    seen = []

    class Row(dict[str, int]):
        def get(self, key: str, default: Any = None) -> Any:
            seen.append(self["n"])
            return self["n"]

    lines = csv_lines([Row(n=n) for n in range(1000)])
    next(lines), next(lines)
    assert seen == [0]
