from __future__ import annotations

from pathlib import Path

from app.checks.options import check
from tests.unit.checks.findings import findings


def test_what_a_kind_has_against_its_step_is_found_in_blocks_too(tmp_path: Path) -> None:
    body = """
        actions:
          A:
            steps:
              - condition: =true
                then:
                  - store_file: {url: x, property: M.f}
                  - store_file: {url: x, property: M.f}
                    as: reference
    """
    assert findings(check, tmp_path, body) == [
        "8 actions.A.steps[0].then[0]: nothing gets the file; write as"
    ]
