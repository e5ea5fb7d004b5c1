from __future__ import annotations

from decimal import Decimal

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform

STEPS = "- parse_json: =body\n  as: rows"


async def test_parse_json_gives_the_value_with_exact_numbers(perform: Perform) -> None:
    assert await perform(STEPS, "=rows", body='[{"n": 0.1}, null]') == [{"n": Decimal("0.1")}, None]


@pytest.mark.parametrize("body", ["{", "", "[" * 100 + "]" * 100])
async def test_parse_json_of_something_else_fails(perform: Perform, body: str) -> None:
    with pytest.raises(StepFailed, match="parse_json"):
        await perform(STEPS, "=rows", body=body)
