from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.records import check
from tests.unit.checks.findings import findings

BASE = """
    roles: {admin: {}}
    models:
      User:
        properties:
          name: {kind: text, required: true}
          age: {kind: number}
          word: {kind: password}
          level: {kind: number, required: true, default: 1}
          since: {kind: date}
          friends_count: {kind: count, relation: friends}
        relations:
          roles: {has_and_belongs_to_many: Role}
          friends: {has_and_belongs_to_many: User}
    records:
      User:
        - """
AT = "18 records.User[0]"


@pytest.mark.parametrize(
    ("record", "lines"),
    [
        ("{name: a, age: 5, word: {secret: WORD}, since: =today, roles: [admin]}", []),
        ("{name: {env: NAME}}", []),
        ("{age: 5}", [f"{AT}: missing value 'name'; User needs it"]),
        (
            "{name: a, nam: b}",
            [f"{AT}.nam: unknown property or relation 'nam' of User. Did you mean 'name'?"],
        ),
        ("{name: a, age: old}", [f"{AT}.age: age "]),
        (
            "{name: {secret: A}}",
            [f"{AT}.name: a secret may only fill a property of kind password; write env instead"],
        ),
        ("{name: a, friends_count: 1}", [f"{AT}.friends_count: a count is set by the server; leave it out"]),
        ("{name: a, since: =yesterday}", [f"{AT}.since: unknown name 'yesterday'."]),
        ("{name: a, since: '=1 +'}", [f"{AT}.since: "]),
        ("{name: a, roles: [admn]}", [f"{AT}.roles[0]: unknown role 'admn'. Did you mean 'admin'?"]),
        ("{name: a, roles: [{a: 1}]}", [f"{AT}.roles[0]: unknown role"]),
        ("{name: a, roles: admin}", [f"{AT}.roles: roles leads to many; write a list"]),
        ("{name: a, id: 1}", [f"{AT}.id: unknown property or relation 'id' of User."]),
    ],
)
def test_seed_record(tmp_path: Path, record: str, lines: list[str]) -> None:
    found = findings(check, tmp_path, BASE + record)
    assert [problem[: len(line)] for problem, line in zip(found, lines, strict=True)] == lines
