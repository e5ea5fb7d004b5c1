from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.calls import check
from tests.unit.checks.findings import findings

SELF = "{call: {action: A}}"


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        (f"[{{debug: x}}, {SELF}]", "4 actions.A.steps[1].call.action"),
        ("[{call: {action: A}, if: =x}]", None),
        (f"[{{condition: =x, then: [{SELF}]}}]", None),
        (f"[{{condition: =x, then: [{{finish: null}}]}}, {SELF}]", None),
        (f"[{{error: x, if: =x}}, {SELF}]", None),
        ("[{call: {action: B}}]", None),
    ],
)
def test_call_of_itself(tmp_path: Path, steps: str, place: str | None) -> None:
    message = "'A' calls itself for ever; give the step an if"
    body = f"actions:\n  A: {{steps: {steps}}}\n  B: {{steps: []}}"
    assert findings(check, tmp_path, body) == ([f"{place}: {message}"] if place else [])
