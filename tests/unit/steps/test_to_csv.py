from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform

ROWS = [{"name": 'Ann, "A"', "price": 2}, {"price": None, "tags": ["x"], "name": "Zoë"}]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("=rows", 'name,price\r\n"Ann, ""A""",2\r\nZoë,\r\n'),
        ("{rows: =rows, columns: [price, tags], delimiter: ';'}", 'price;tags\r\n2;\r\n;"[""x""]"\r\n'),
        ("{rows: =rows, columns: [name], header: false}", '"Ann, ""A"""\r\nZoë\r\n'),
    ],
)
async def test_objects_become_lines(perform: Perform, options: str, text: str) -> None:
    assert await perform(f"- to_csv: {options}\n  as: text", "=text", rows=ROWS) == text


@pytest.mark.parametrize(("rows", "text"), [(None, ""), ([], ""), ([[1, True], []], "1,true\r\n\r\n")])
async def test_lists_become_lines(perform: Perform, rows: Any, text: str) -> None:
    assert await perform("- to_csv: =rows\n  as: text", "=text", rows=rows) == text


@pytest.mark.parametrize("rows", ["a", [1], {"a": 1}])
async def test_what_is_no_table_fails(perform: Perform, rows: Any) -> None:
    with pytest.raises(StepFailed, match="list of objects or lists"):
        await perform("- to_csv: =rows", rows=rows)
