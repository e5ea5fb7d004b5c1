from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.status import check
from tests.unit.checks.findings import findings


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("status: live", []),
        ("private_data_mode: true", []),
        (
            "status: live\nprivate_data_mode: true",
            ["4 private_data_mode: a live application cannot be private; write false, or development"],
        ),
    ],
)
def test_private_data_mode(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, body) == lines
