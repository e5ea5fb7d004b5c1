from __future__ import annotations

from pathlib import Path

from app.checks.renames import check
from tests.unit.checks.findings import findings


def test_swapped_names_are_refused_since_nothing_would_be_renamed(tmp_path: Path) -> None:
    body = """models:
  Shoe:
    properties:
      size: {kind: text, was: length}
      length: {kind: text, was: size}
"""
    told = findings(check, tmp_path, body)
    assert [line.partition(":")[0] for line in told] == [
        "6 models.Shoe.properties.size.was",
        "7 models.Shoe.properties.length.was",
    ]
    assert "the property 'length' is still there, so nothing would be renamed" in told[0]
    assert "go by a third one" in told[0]


def test_former_name_of_a_model_or_relation_that_is_there(tmp_path: Path) -> None:
    body = """models:
  Boot: {}
  Shoe:
    was: Boot
    relations:
      maker: {belongs_to: Boot}
      brand: {belongs_to: Boot, was: maker}
"""
    told = findings(check, tmp_path, body)
    assert [line.partition(":")[0] for line in told] == [
        "6 models.Shoe.was",
        "9 models.Shoe.relations.brand.was",
    ]


def test_former_name_that_two_have(tmp_path: Path) -> None:
    body = "models:\n  Boot: {was: Clog}\n  Shoe: {was: Clog}\n"
    assert findings(check, tmp_path, body) == ["5 models.Shoe.was: 'Boot' was called so; leave one out"]


def test_former_name_that_is_gone_or_the_same(tmp_path: Path) -> None:
    body = "models:\n  Shoe: {was: Clog, properties: {size: {kind: text, was: Size}}}\n"
    assert findings(check, tmp_path, body) == []
