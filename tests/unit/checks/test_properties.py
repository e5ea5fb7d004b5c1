from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.properties import check
from tests.unit.checks.findings import findings

AT = "5 models.M.properties.p"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("{kind: text, default: x, length: 5}", []),
        ("{kind: txt}", [f"{AT}.kind: unknown kind 'txt'. Did you mean 'text'?"]),
        ("{kind: text, minimum: 5}", [f"{AT}: minimum is no option of the kind text"]),
        ("{kind: date, default: =today}", []),
        ("{kind: date, default: =tody}", [f"{AT}.default: unknown name 'tody'. Did you mean 'today'?"]),
        ("{kind: date, default: '=1 +'}", [f"{AT}.default: "]),
        ("{kind: number, default: many}", [f"{AT}: the default 'many' does not fit: "]),
        ("{kind: list}", [f"{AT}: "]),
        ("{kind: expression, expression: =a}", []),
        (
            "{kind: expression}",
            [f"{AT}: the kind expression, and no other, has an expression: expression: =..."],
        ),
        (
            "{kind: text, expression: =a}",
            [f"{AT}: the kind expression, and no other, has an expression: expression: =..."],
        ),
        ("{kind: count, relation: others}", []),
        ("{kind: count}", [f"{AT}: missing key 'relation': over which relation the count goes"]),
        (
            "{kind: count, relation: other}",
            [f"{AT}.relation: unknown relation to many 'other' of M. Did you mean"],
        ),
        ("{kind: sum, relation: others, property: size}", []),
        ("{kind: sum, relation: others}", [f"{AT}: missing key 'property': which property of M is summed"]),
        ("{kind: sum, relation: others, property: word}", [f"{AT}.property: unknown number 'word' of M."]),
        ("{kind: text, relation: others}", [f"{AT}: only the kinds count and sum go over a relation; leave"]),
        (
            "{kind: count, relation: others, unique: true}",
            [f"{AT}.unique: a count is computed and cannot be unique"],
        ),
        (
            "{kind: count, relation: others, required: true}",
            [f"{AT}.required: a count is computed and always there"],
        ),
    ],
)
def test_property(tmp_path: Path, body: str, lines: list[str]) -> None:
    definition = (
        f"models:\n  M:\n    properties: {{p: {body}, size: {{kind: number}}, word: {{kind: text}}}}\n"
        "    relations: {other: {belongs_to: M}, others: {has_many: M}}\n"
    )
    found = findings(check, tmp_path, definition)
    assert [problem[: len(line)] for problem, line in zip(found, lines, strict=True)] == lines


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("{kind: text}", []),
        ("{model: M}", []),
        ("{kind: txt}", ["3 actions.A.input.i.kind: unknown kind 'txt'. Did you mean 'text'?"]),
        ("{kind: number, default: x}", ["3 actions.A.input.i: the default 'x' does not fit: "]),
        ("{kind: count}", ["3 actions.A.input.i: nobody can give a value of kind count; write another kind"]),
    ],
)
def test_input(tmp_path: Path, body: str, lines: list[str]) -> None:
    found = findings(check, tmp_path, f"actions: {{A: {{input: {{i: {body}}}}}}}")
    assert [problem[: len(line)] for problem, line in zip(found, lines, strict=True)] == lines


def test_field_of_a_form(tmp_path: Path) -> None:
    step = "{ask: {title: t, within: 1d, fields: {f: {kind: txt}}}}"
    assert findings(check, tmp_path, f"actions: {{A: {{steps: [{step}]}}}}") == [
        "3 actions.A.steps[0].ask.fields.f.kind: unknown kind 'txt'. Did you mean 'text'?"
    ]
