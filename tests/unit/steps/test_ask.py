from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.definition.inputs import check_values
from app.errors import BadInput, DefinitionError
from app.steps.base import Ask
from tests.unit.steps.conftest import Open
from tests.unit.steps.world import SECRET, World, actions, definition, outcome

ASK = """
- ask:
    title: "Equipment for {{ name }}"
    text: "For {{ name }}: {{ note }}"
    fields:
      laptop: {name: Laptop, kind: list, options: [Linux, Mac], required: true}
      amount: {kind: number, default: 1}
    within: 14d
  as: answer
- ask: {title: Again, fields: {laptop: {kind: text}}}
"""


async def asked(open_world: Open) -> tuple[World, Ask]:
    world = await open_world(actions(ASK, inputs=["name", "note"]))
    found = outcome(world, name="Ann", note=f"use {SECRET}")
    assert isinstance(found, Ask)
    return world, found


async def test_ask_waits_with_its_texts_filled_in_and_without_secrets(open_world: Open) -> None:
    _, ask = await asked(open_world)
    assert ask.title == "Equipment for Ann"
    assert ask.text == "For Ann: use [secret]"
    assert ask.within == timedelta(days=14)
    assert [(name, one.label, one.kind) for name, one in ask.fields.items()] == [
        ("laptop", "Laptop", "list"),
        ("amount", "", "number"),
    ]


async def test_answer_is_checked_by_the_kinds_of_the_fields(open_world: Open) -> None:
    world, ask = await asked(open_world)
    given = check_values(world.application, ask.fields, {"laptop": "Mac"}, "field of this form")
    assert given == {"laptop": "Mac", "amount": 1}
    with pytest.raises(BadInput) as caught:
        check_values(world.application, ask.fields, {"amount": "x", "lapto": 1}, "field of this form")
    assert caught.value.fields == {
        "lapto": ["is_unknown"],
        "laptop": ["is_required"],
        "amount": ["is_invalid"],
    }
    assert "Did you mean 'laptop'?" in caught.value.message


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("ask: {fields: {}}", "steps[0].ask: missing key 'title'"),
        ("ask: {title: x, within: soon}", "steps[0].ask.within: write a duration"),
        ("ask: {title: x, fields: {a: {kind: txt}}}", "steps[0].ask.fields.a.kind: unknown kind 'txt'"),
        (
            "ask: {title: x, fields: {a: {model: Shoo}}}",
            "a.model: unknown model 'Shoo'. Did you mean 'Shoe'?",
        ),
        ("ask: {title: x, fields: {a b: {kind: text}}}", "steps[0]: 'a b' is no name of a field"),
        ("{ask: {title: x}, retry: {times: 2}}", "steps[0]: ask waits and is not tried again"),
        ("ask: {title: '{{ who }}'}", "steps[0].ask.title: unknown name 'who'"),
    ],
)
def test_wrong_ask_is_told_with_its_place(tmp_path: Path, step: str, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition(tmp_path, actions(f"- {step}"))
    assert message in caught.value.message
