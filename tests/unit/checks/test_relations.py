from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.relations import check
from tests.unit.checks.findings import findings


@pytest.mark.parametrize(
    ("shoe", "review", "lines"),
    [
        ("reviews: {has_many: Review}", "shoe: {belongs_to: Shoe}", []),
        ("review: {has_one: Review}", "shoe: {belongs_to: Shoe, required: true, on_delete: cascade}", []),
        ("", "shoe: {belongs_to: Shoe, on_delete: clear}", []),
        ("roles: {has_and_belongs_to_many: Role}", "", []),
        ("reviews: {has_and_belongs_to_many: Review}", "shoes: {has_and_belongs_to_many: Shoe}", []),
        (
            "reviews: {has_many: Review}",
            "",
            [
                "4 models.Shoe.relations.reviews: Review has no belongs_to Shoe that answers it;"
                " add one there, as in shoe: {belongs_to: Shoe}"
            ],
        ),
        (
            "reviews: {has_many: Review}",
            "a: {belongs_to: Shoe}, b: {belongs_to: Shoe}",
            [
                "4 models.Shoe.relations.reviews: several relations of Review lead back (a, b);"
                " name one by inverse"
            ],
        ),
        (
            "reviews: {has_many: Review, inverse: a}",
            "a: {belongs_to: Shoe}, b: {belongs_to: Shoe}",
            [],
        ),
        (
            "reviews: {has_many: Review, inverse: c}",
            "a: {belongs_to: Shoe}",
            ["4 models.Shoe.relations.reviews: 'c' is no relation of Review that leads back to Shoe"],
        ),
        (
            "",
            "shoe: {belongs_to: Shoe, required: true, on_delete: clear}",
            [
                "5 models.Review.relations.shoe: a required relation cannot be cleared;"
                " write on_delete: restrict or cascade"
            ],
        ),
        ("other: {has_many: Nothing}", "", []),
    ],
)
def test_relations_of_two_models(tmp_path: Path, shoe: str, review: str, lines: list[str]) -> None:
    body = f"models:\n  Shoe: {{relations: {{{shoe}}}}}\n  Review: {{relations: {{{review}}}}}\n"
    assert findings(check, tmp_path, body) == lines
