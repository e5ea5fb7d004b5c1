from __future__ import annotations

from pathlib import Path

import pytest

from app.checks import load_checked
from app.definition.earlier import missed_by
from app.definition.model import Application
from app.steps import KINDS

OLD = """
application: shop
uuid: 7f2c4a9e1b3d4c5f8a6e0d1c2b3a4f60
models:
  Item: {properties: {amount: {kind: number}, name: {kind: text}}, relations: {tag: {belongs_to: Tag}}}
  Tag: {properties: {name: {kind: text}}}
actions:
  Sell: {steps: [{create: {model: Item}}]}
  Outer: {steps: [{condition: =true, then: [{call: {action: Sell}}]}]}
  Round: {steps: [{call: {action: Round}, if: "=today == null"}]}
  Label: {steps: [{find: {model: Tag}}]}
"""


def loaded(folder: Path, text: str) -> Application:
    file = folder / "shop.yaml"
    file.write_text(text)
    return load_checked(file, steps=KINDS).application


@pytest.mark.parametrize(
    ("old", "new", "missed"),
    [
        ("amount: {kind: number}, ", "", {"Sell": ["Item.amount"], "Outer": ["Item.amount"]}),
        ("amount: {kind: number}", "number: {kind: number, was: amount}", {}),
        (", relations: {tag: {belongs_to: Tag}}", "", {"Sell": ["Item.tag"], "Outer": ["Item.tag"]}),
        ("Tag: {properties: {name: {kind: text}}}", "Tag: {properties: {}}", {"Label": ["Tag.name"]}),
    ],
)
def test_what_is_gone_is_missed_by_actions_that_use_its_model(
    tmp_path: Path, old: str, new: str, missed: dict[str, list[str]]
) -> None:
    before, after = loaded(tmp_path, OLD), loaded(tmp_path, OLD.replace(old, new))
    found = {name: missed_by(before, name, after) for name in before.actions}
    assert {name: parts for name, parts in found.items() if parts} == missed


def test_model_that_is_gone_is_missed_whole(tmp_path: Path) -> None:
    before = loaded(tmp_path, OLD)
    after = before.model_copy(update={"models": {"Tag": before.models["Tag"]}})
    assert missed_by(before, "Outer", after) == ["Item"]
