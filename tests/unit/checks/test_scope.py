from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.scope import check
from tests.unit.checks.findings import findings


def steps_at(*steps: str) -> str:
    """An action with an input and these steps, the first on line 7."""
    head = "actions:\n  A:\n    input: {city: {kind: text}}\n    steps:\n"
    return head + "".join(f"      - {step}\n" for step in steps)


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (steps_at("debug: '{{ city }} {{ now }} {{ today }} {{ me.id }} {{ config.a }} {{ run.id }}'"), []),
        (
            steps_at("debug: '{{ citty }}'"),
            ["7 actions.A.steps[0].debug: unknown name 'citty'. Did you mean 'city'?"],
        ),
        (steps_at("{find: {model: M}, as: found}", "debug: '{{ found }}'"), []),
        (
            steps_at("debug: '{{ found }}'", "{find: {model: M}, as: found}"),
            ["7 actions.A.steps[0].debug: unknown name 'found'."],
        ),
        (steps_at("assign: {a: 1, b: =a}", "debug: '{{ a }}{{ b }}'"), []),
        (steps_at("assign: {a: =b}"), ["7 actions.A.steps[0].assign.a: unknown name 'b'."]),
        (
            steps_at("{debug: x, if: =wher}"),
            ["7 actions.A.steps[0].if: unknown name 'wher'."],
        ),
        (
            steps_at("{find: {model: M, where: {_or: [{a: =city}, {b: {gt: =cty}}]}}}"),
            ["7 actions.A.steps[0].find.where._or[1].b.gt: unknown name 'cty'. Did you mean 'city'?"],
        ),
        (steps_at("{condition: =city, then: [{assign: {a: 1}}]}", "debug: '{{ a }}'"), []),
        (steps_at("{condition: =city, then: [{assign: {a: 1}}], else: [{debug: '{{ a }}'}]}"), []),
        (
            steps_at("{condition: null, cases: [{if: =a, then: [{debug: '{{ b }}'}]}]}"),
            [
                "7 actions.A.steps[0].cases[0].if: unknown name 'a'.",
                "7 actions.A.steps[0].cases[0].then[0].debug: unknown name 'b'.",
            ],
        ),
        (steps_at("{loop: =city, each: row, index: i, do: [{debug: '{{ row }}{{ i }}'}]}"), []),
        (
            steps_at("{loop: =row, each: row, do: []}", "debug: '{{ row }}'"),
            [
                "7 actions.A.steps[0].loop: unknown name 'row'. Did you mean 'now'?",
                "8 actions.A.steps[1].debug: unknown name 'row'. Did you mean 'now'?",
            ],
        ),
        (steps_at("{loop: =city, each: r, do: [{debug: '{{ last }}'}, {assign: {last: =r}}]}"), []),
        (
            steps_at("{http_request: {url: x}, on_error: [{debug: '{{ answer }}'}], as: answer}"),
            ["7 actions.A.steps[0].on_error[0].debug: unknown name 'answer'."],
        ),
        (steps_at("{http_request: {url: x}, on_error: [{debug: '{{ error.message }}'}]}"), []),
        (
            steps_at("{http_request: {url: x}, on_error: [{debug: x}]}", "debug: '{{ error.code }}'"),
            ["8 actions.A.steps[1].debug: unknown name 'error'."],
        ),
        (
            steps_at("{http_request: {url: x}, on_error: [{assign: {e: 1}}]}", "debug: '{{ e }}'"),
            [],
        ),
        (
            steps_at("{debug: x, as: me}", "assign: {a b: 1}", "{loop: =city, each: in, do: [{debug: x}]}"),
            [
                "7 actions.A.steps[0].as: me is there in every run; write another name",
                "8 actions.A.steps[1].assign.a b: 'a b' is no name; write letters, digits and _,"
                " a letter first, at most 63 characters",
                "9 actions.A.steps[2].each: 'in' is a word of expressions; write another name",
            ],
        ),
        (
            "actions:\n  A: {result: =x, outputs: {B: =y}}",
            [
                "4 actions.A.outputs.B: unknown name 'y'.",
                "4 actions.A.result: unknown name 'x'.",
            ],
        ),
        ("actions:\n  A: {steps: [{debug: x, as: y}], result: =y}", []),
        (
            "actions:\n  A: {triggers: {incoming_api: {}}, result: '=[body, headers, contentType, url]'}",
            [],
        ),
        (
            "actions:\n  A: {result: =body}",
            ["4 actions.A.result: unknown name 'body'. Did you mean 'today'?"],
        ),
        ("actions:\n  A: {input: {request: {kind: json}}, result: =request.body}", []),
    ],
)
def test_names_that_an_action_reads(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, body) == lines
