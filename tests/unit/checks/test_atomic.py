from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.atomic import check
from tests.unit.checks.findings import findings

OTHERS = """
  Reach: {steps: [{condition: =x, then: [{http_request: {url: x}}]}]}
  Through: {steps: [{call: {action: Reach}}, {call: {action: Through}}]}
  Still: {steps: [{debug: x}]}
"""


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        ("[{debug: x}, {call: {action: Still}}, {call: {action: Missing}}]", []),
        (
            "[{debug: x}, {condition: =x, then: [{send_email: {to: a, subject: b, text: c}}]}]",
            [
                "4 actions.A.steps[1].then[0]: send_email reaches outside, so the action cannot be atomic;"
                " leave atomic or the step out"
            ],
        ),
        (
            "[{call: {action: Through}}]",
            [
                "4 actions.A.steps[0].call.action: http_request of 'Reach' reaches outside,"
                " so the action cannot be atomic; leave atomic or the step out"
            ],
        ),
    ],
)
def test_steps_of_an_atomic_action(tmp_path: Path, steps: str, lines: list[str]) -> None:
    body = f"actions:\n  A: {{atomic: true, steps: {steps}}}{OTHERS}"
    assert findings(check, tmp_path, body) == lines


def test_other_actions_may_reach(tmp_path: Path) -> None:
    assert findings(check, tmp_path, f"actions:{OTHERS}") == []
