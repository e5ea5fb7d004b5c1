from __future__ import annotations

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform


@pytest.mark.parametrize(("options", "length"), [("{}", 32), ("7", 7), ("{length: =n * 2}", 20)])
async def test_random_hex_gives_as_many_digits_as_asked(perform: Perform, options: str, length: int) -> None:
    steps = f"- random_hex: {options}\n  as: one\n- random_hex: {options}\n  as: other"
    one, other = await perform(steps, "=[one, other]", n=10)
    assert len(one) == length
    assert set(one) <= set("0123456789abcdef")
    assert one != other


async def test_random_hex_of_no_length_fails(perform: Perform) -> None:
    with pytest.raises(StepFailed):
        await perform("- random_hex: 0")
