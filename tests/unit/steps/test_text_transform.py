from __future__ import annotations

from typing import Any

import pytest

from app.errors import StepFailed
from tests.unit.steps.conftest import Perform


@pytest.mark.parametrize(
    ("to", "text", "changed"),
    [
        ("upper", "Zoë", "ZOË"),
        ("lower", "ZOË", "zoë"),
        ("capitalize", "zoë Łódź", "Zoë Łódź"),
        ("title", "it's ONE-TWO", "It's One-Two"),
        ("trim", "  a  b ", "a  b"),
        ("squeeze", "  a \n b ", "a b"),
        ("ascii", "Łódź €", "Lodz "),
        ("slug", " Zażółć: 3 × Gęś! ", "zazolc-3-ges"),
        ("[trim, upper]", " a ", "A"),
        ("slug", None, None),
    ],
)
async def test_text_is_changed(perform: Perform, to: str, text: Any, changed: Any) -> None:
    steps = f"- text_transform: {{text: =text, to: {to}}}\n  as: changed"
    assert await perform(steps, "=changed", text=text) == changed


@pytest.mark.parametrize("text", [5, ["a"]])
async def test_what_is_no_text_is_not_changed(perform: Perform, text: Any) -> None:
    with pytest.raises(StepFailed, match="Only a text"):
        await perform("- text_transform: {text: =text, to: upper}", text=text)
