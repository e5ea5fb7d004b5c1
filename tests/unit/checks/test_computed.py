from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.computed import check
from tests.unit.checks.findings import findings

BASE = """
    models:
      Shoe:
        relations: {shop: {belongs_to: Shoe}}
        properties:
          price: {kind: price}
          """


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("total: {kind: expression, expression: '=price * 2 + shop.id + id'}", []),
        (
            "total: {kind: expression, expression: =prise}",
            ["8 models.Shoe.properties.total.expression: unknown name 'prise'. Did you mean 'price'?"],
        ),
        (
            "a: {kind: text}\n        validations: [{expression: '=price < 5 and me != null', message: no}]",
            [],
        ),
        (
            "a: {kind: text}\n        validations: [{expression: =cost, message: no}]",
            ["9 models.Shoe.validations[0].expression: unknown name 'cost'."],
        ),
    ],
)
def test_expression_of_a_model(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, BASE + body) == lines
