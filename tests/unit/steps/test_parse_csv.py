from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform


@pytest.mark.parametrize(
    ("options", "text", "rows"),
    [
        ("=text", 'name, price\r\n"Ann, ""A""",2\n\nBo\n', [['Ann, "A"', "2"], ["Bo", None]]),
        ("{text: =text, delimiter: ';'}", "\ufeffname;price\nA;1", [["A", "1"]]),
        ("=text", "", []),
        ("=text", None, []),
        ("=text", "name,price\n", []),
    ],
)
async def test_rows_have_the_names_of_the_first_row(
    perform: Perform, options: str, text: Any, rows: Any
) -> None:
    found = await perform(f"- parse_csv: {options}\n  as: rows", "=rows", text=text)
    assert found == [dict(zip(("name", "price"), row, strict=True)) for row in rows]


async def test_rows_without_a_header_are_lists(perform: Perform) -> None:
    steps = "- parse_csv: {text: =text, header: false}\n  as: rows"
    assert await perform(steps, "=rows", text='a,b\n"x\ny"') == [["a", "b"], ["x\ny"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2,3", "Line 2 of the CSV text has more cells"),
        ("a,a\n1,2", "does not name its columns"),
        ("a,\n1,2", "does not name its columns"),
        ('a\n"b', "The text is no CSV"),
        (5, "CSV is read from a text"),
        ("a" * 5_000_001, "more than 5,000,000 characters"),
        ("a\n" + "," * 500_001, "more than 500,000 cells"),
    ],
)
async def test_text_that_is_no_table_fails(perform: Perform, text: Any, message: str) -> None:
    with pytest.raises(StepFailed, match=message):
        await perform("- parse_csv: =text", text=text)
