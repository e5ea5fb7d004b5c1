from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.blocks import check
from tests.unit.checks.findings import findings


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        ("{loop: =x, each: y, index: i, do: [{debug: z}]}", []),
        ("{condition: =x, then: [{debug: z}], else: []}", []),
        ("{condition: null, cases: [{if: =x, then: []}]}", []),
        ("{http_request: {url: x}, retry: {times: 2}, on_error: continue}", []),
        (
            "{debug: x, then: []}",
            ["5 actions.A.steps[0].then: debug has no 'then'; it takes no blocks"],
        ),
        (
            "{loop: =x, do: [{debug: z}], else: [{debug: z}]}",
            ["5 actions.A.steps[0].else: loop has no 'else'; it takes do, each, index"],
        ),
        (
            "{condition: =x, then: [{debug: z, index: i}]}",
            ["5 actions.A.steps[0].then[0].index: debug has no 'index'; it takes no blocks"],
        ),
        ("{loop: =x, each: y}", ["5 actions.A.steps[0]: loop needs steps to repeat: do: [..]"]),
        (
            "{condition: =x}",
            ["5 actions.A.steps[0]: condition needs steps: then: [..], else: [..] or cases: [..]"],
        ),
        (
            "{debug: x, retry: {}, on_error: [{debug: y}]}",
            [
                "5 actions.A.steps[0].on_error: debug reaches nothing outside; leave on_error out",
                "5 actions.A.steps[0].retry: debug reaches nothing outside; leave retry out",
            ],
        ),
    ],
)
def test_blocks_and_words_of_a_step(tmp_path: Path, step: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, f"actions:\n  A:\n    steps: [{step}]") == lines
