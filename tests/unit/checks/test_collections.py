from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.collections import check
from tests.unit.checks.findings import findings

MODEL = "roles: {{clerk: {{}}}}\nmodels:\n  Shoe:\n    write: {write}\n    collection: {{clerk: [replace]}}\n"
MISSING = [
    "7 models.Shoe.collection.clerk: clerk may not write Shoe; grant that, too, as in write: {clerk: all}"
]


@pytest.mark.parametrize(
    ("write", "lines"),
    [
        ("{clerk: all}", []),
        ("{clerk: {id: {eq: 1}}}", []),
        ("{public: all}", MISSING),
        ("{clerk: none}", MISSING),
    ],
)
def test_collection_right_needs_the_right_to_write(tmp_path: Path, write: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, MODEL.format(write=write)) == lines
