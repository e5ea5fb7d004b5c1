from __future__ import annotations

import pytest

from tests.unit.steps.conftest import Perform


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ('"<b>{{ title }}</b>"', "<b>a < b & c</b>"),
        ('{template: "<b>{{ title }}</b>", html: true}', "<b>a &lt; b &amp; c</b>"),
        ('{template: "<b>{{ missing }}</b>", html: true}', "<b></b>"),
    ],
)
async def test_render_makes_a_text(perform: Perform, options: str, text: str) -> None:
    steps = f"- render: {options}\n  as: page"
    assert await perform(steps, "=page", title="a < b & c", missing=None) == text
