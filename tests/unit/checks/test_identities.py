from __future__ import annotations

from pathlib import Path

from app.checks.identities import check
from tests.unit.checks.findings import findings

UUID = "00000000-0000-4000-8000-000000000009"


def test_uuid_given_twice_to_things_of_one_kind(tmp_path: Path) -> None:
    body = f"models:\n  A: {{uuid: {UUID}}}\n  B: {{uuid: {UUID}}}\n"
    assert findings(check, tmp_path, body) == [
        "5 models.B.uuid: models.A has this uuid already; leave it out here"
    ]


def test_uuid_given_to_things_of_two_kinds(tmp_path: Path) -> None:
    body = f"models:\n  A: {{uuid: {UUID}}}\nroles:\n  B: {{uuid: {UUID}}}\n"
    assert findings(check, tmp_path, body) == []
