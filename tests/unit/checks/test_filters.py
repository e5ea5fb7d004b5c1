from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.filters import check
from tests.unit.checks.findings import findings

BASE = """
    models:
      Shoe:
        properties:
          name: {kind: text}
          price: {kind: price}
        """


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("read: {public: all}", []),
        ("read: {public: {name: =me.name, created_at: {lt: =now}}}", []),
        ("write: {public: {created_at: {lt: =today}}}", []),
        (
            "read: {public: {nam: =me.name}}",
            [
                "8 models.Shoe.read.public.nam: unknown property or relation 'nam' of Shoe. Did you mean 'name'?"
            ],
        ),
        (
            "write: {public: {name: =my.name}}",
            ["8 models.Shoe.write.public.name: unknown name 'my'. A filter here knows me, now and today."],
        ),
        (
            "filters: {cheap: {where: {price: {below: 5, lt: =limit}}}}",
            [
                "8 models.Shoe.filters.cheap.where.price.below: 'below' is no operator of the kind price."
                " Write one of does_not_exist, eq, exists, gt, gteq, in, lt, lteq, neq, nin.",
                "8 models.Shoe.filters.cheap.where.price.lt: unknown name 'limit'."
                " A filter here knows me, now and today.",
            ],
        ),
    ],
)
def test_filter_of_a_model(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, BASE + body) == lines


@pytest.mark.parametrize(
    ("where", "lines"),
    [
        ("{price: {lt: =limit}}", []),
        (
            "{_or: [{name: a}, {prise: {lt: =limit}}]}",
            [
                "11 actions.List.steps[0].find.where._or[1].prise: unknown property or relation 'prise' of Shoe."
                " Did you mean 'price'?"
            ],
        ),
    ],
)
def test_filter_of_a_step(tmp_path: Path, where: str, lines: list[str]) -> None:
    steps = f"\n    actions:\n      List:\n        steps: [{{find: {{model: Shoe, where: {where}}}}}]"
    assert findings(check, tmp_path, BASE + steps) == lines
