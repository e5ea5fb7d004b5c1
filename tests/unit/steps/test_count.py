from __future__ import annotations

import pytest

from tests.unit.steps.conftest import Perform

MAKE = '- create_many: {model: Shoe, values: \'=[map_of("name", "a", "price", 1), map_of("name", "b")]\'}\n'


@pytest.mark.parametrize(
    ("options", "most", "count"),
    [
        ("", 0, 2),
        (", where: {price: {gteq: =most}}", 1, 1),
        (", where: {price: {gteq: =most}}", 2, 0),
        (", where: {price: {gteq: =most}}", None, 0),
        (", where: {price: {gteq: =most}}, ignore_null: true", None, 2),
    ],
)
async def test_count_tells_how_many_there_are(
    perform: Perform, options: str, most: int | None, count: int
) -> None:
    steps = f"{MAKE}- count: {{model: Shoe{options}}}\n  as: number"
    assert await perform(steps, "=number", most=most) == count
