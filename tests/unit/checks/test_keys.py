from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.keys import check
from tests.unit.checks.findings import findings

BASE = """
    models:
      Shoe:
        properties:
          name: {kind: text}
          stars: {kind: count, relation: reviews}
        relations:
          shop: {belongs_to: Shoe}
          reviews: {has_many: Shoe}
        """


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ("unique: [name, [name, shop]]", []),
        ("index: [created_at, id]", []),
        ("views: {v: {properties: [name, shop, stars, id]}}", []),
        (
            "unique: [nam]",
            ["11 models.Shoe.unique[0]: unknown property or relation 'nam' of Shoe. Did you mean 'name'?"],
        ),
        (
            "index: [name, [name, nam]]",
            ["11 models.Shoe.index[1]: unknown property or relation 'nam' of Shoe. Did you mean 'name'?"],
        ),
        (
            "unique: [stars]",
            [
                "11 models.Shoe.unique[0]: stars has no column of its own;"
                " name stored properties and belongs_to relations"
            ],
        ),
        (
            "index: [reviews]",
            [
                "11 models.Shoe.index[0]: reviews has no column of its own;"
                " name stored properties and belongs_to relations"
            ],
        ),
        (
            "views: {v: {properties: [name, nam]}}",
            [
                "11 models.Shoe.views.v.properties[1]: unknown property or relation 'nam' of Shoe."
                " Did you mean 'name'?"
            ],
        ),
    ],
)
def test_keys_and_views(tmp_path: Path, keys: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, BASE + keys) == lines
