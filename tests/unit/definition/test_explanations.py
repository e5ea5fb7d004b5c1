"""What an author reads about a definition whose shape is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import model_validator

from app.definition.load import read
from app.definition.steps import StepOptions
from tests.unit.definition.toys import STEPS, ToyKind, written

IN_MODEL = "models:\n  A:\n    properties:\n      p: {kind: text, "
STEP = "actions:\n  Do it:\n    steps:\n      - "


class Send(StepOptions):
    to: str | tuple[str, ...]


class Choose(StepOptions):
    @model_validator(mode="after")
    def _nothing(self) -> Choose:
        raise ValueError("write a, b, or c")


def problems(tmp_path: Path, body: str) -> list[str]:
    """The problems of a definition as `line path: message`."""
    steps = {**STEPS, "send": ToyKind("send", Send), "choose": ToyKind("choose", Choose)}
    found = read(written(tmp_path, body), steps=steps).problems
    return [str(problem).partition("toys.yaml:")[2] for problem in sorted(found)]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("title: [1]", ["3 title: write a text"]),
        ("title: ", ["3 title: write a text"]),
        ("hosts: {}", ["3 hosts: write a list"]),
        ("models: []", ["3 models: write a mapping"]),
        ("models:\n  A: 5", ["4 models.A: write a mapping"]),
        ("private_data_mode: maybe", ["3 private_data_mode: write true or false"]),
        ("status: alive", ["3 status: write one of development, live. Did you mean 'live'?"]),
        ("roles:\n  a: {uuid: 5}", ["4 roles.a.uuid: write a uuid, in quotes"]),
        ("roles:\n  a: {uuid: no}", ["4 roles.a.uuid: write a uuid, in quotes"]),
        (
            "roles:\n  a:\n    privileges: [build, bild]",
            [
                "5 roles.a.privileges[1]: write one of use_api_key, read_schema, read_console, manage, build."
                " Did you mean 'build'?"
            ],
        ),
        (
            "models:\n  A:\n    proprties: {}",
            ["5 models.A: unknown key 'proprties'. Did you mean 'properties'?"],
        ),
        ("models:\n  A:\n    name: B", ["5 models.A: unknown key 'name'."]),
        (
            f"{STEP}send: {{to: a, if: =true}}",
            [
                "6 actions.Do it.steps[0].send: unknown key 'if'."
                " Write it beside the kind of the step, not below it."
            ],
        ),
        ("models:\n  A:\n    properties:\n      p: {}", ["6 models.A.properties.p: missing key 'kind'"]),
        (f"{IN_MODEL}length: 0}}", ["6 models.A.properties.p.length: write a number from 1 up"]),
        (f"{IN_MODEL}length: x}}", ["6 models.A.properties.p.length: write a whole number"]),
        (f"{IN_MODEL}length: 1.5}}", ["6 models.A.properties.p.length: write a whole number"]),
        (f"{IN_MODEL}minimum: x}}", ["6 models.A.properties.p.minimum: write a number"]),
        (f"{IN_MODEL}hidden: perhaps}}", ["6 models.A.properties.p.hidden: write true or false"]),
        (
            f"{IN_MODEL}hidden: {{but: [x]}}}}",
            [
                "6 models.A.properties.p.hidden: missing key 'except'",
                "6 models.A.properties.p.hidden: unknown key 'but'.",
            ],
        ),
        (
            "models:\n  A:\n    relations:\n      r: {belongs_to: B, has_many: B}",
            [
                "6 models.A.relations.r: write one of belongs_to, has_many, has_one, has_and_belongs_to_many"
                " with a model"
            ],
        ),
        ("models:\n  A:\n    read: {public: some}", ["5 models.A.read.public: write one of all, none."]),
        (
            "models:\n  A:\n    read:\n      public: {title: {eq: '=1 +'}, _or: 5}",
            [
                "6 models.A.read.public._or: _or takes a list of filters",
                "6 models.A.read.public.title.eq: ",
            ],
        ),
        ("models:\n  A:\n    unique: email", ["5 models.A.unique: write a list"]),
        ("actions:\n  A:\n    timeout: soon", ["5 actions.A.timeout: write a duration such as 250ms, 30s"]),
        ("actions:\n  A:\n    allow: 5", ["5 actions.A.allow: write a list"]),
        ("actions:\n  A:\n    result: =1 +", ["5 actions.A.result: "]),
        ("actions:\n  A:\n    outputs:\n      X: {a: [=1 +]}", ["6 actions.A.outputs.X.a[0]: "]),
        ("actions:\n  A:\n    input: {a: {}}", ["5 actions.A.input.a: write either kind or model"]),
        (
            f"{STEP}fnd: {{}}",
            ["6 actions.Do it.steps[0]: unknown step 'fnd'. Did you mean 'find'?"],
        ),
        (
            f"{STEP}find: {{model: A}}\n        als: x",
            ["6 actions.Do it.steps[0]: unknown word 'als'."],
        ),
        (f"{STEP}as: x", ["6 actions.Do it.steps[0]: a step has one kind, not none"]),
        (
            f"{STEP}find: {{model: A}}\n        create: {{model: A}}",
            ["6 actions.Do it.steps[0]: a step has one kind, not find and create"],
        ),
        (f"{STEP}find", ["6 actions.Do it.steps[0]: a step is a mapping from its kind to its options"]),
        (f"{STEP}create:", ["6 actions.Do it.steps[0].create: missing key 'model'"]),
        (f"{STEP}create:\n          model: 5", ["7 actions.Do it.steps[0].create.model: write a text"]),
        (
            f"{STEP}find:\n          model: A\n          were: {{}}",
            ["8 actions.Do it.steps[0].find: unknown key 'were'. Did you mean 'where'?"],
        ),
        (
            f"{STEP}find:\n          model: A\n          sort:\n            - {{fild: x}}",
            [
                "9 actions.Do it.steps[0].find.sort[0]: missing key 'field'",
                "9 actions.Do it.steps[0].find.sort[0]: unknown key 'fild'. Did you mean 'field'?",
            ],
        ),
        (
            f"{STEP}find:\n          model: A\n          where: {{a: {{_and: x}}}}",
            ["8 actions.Do it.steps[0].find.where.a._and: _and takes a list of filters"],
        ),
        (f"{STEP}loop: [1]", ["6 actions.Do it.steps[0].loop: write an expression, as in =name"]),
        (
            f"{STEP}condition: =true\n        then:\n          - condition: =1\n            then:\n"
            "              - debug: {}",
            ["10 actions.Do it.steps[0].then[0].then[0].debug: missing key 'text'"],
        ),
        (
            f"{STEP}condition:\n        cases:\n          - if: '=1 +'\n            then: [{{debug: x}}]",
            ["8 actions.Do it.steps[0].cases[0].if: "],
        ),
        (
            f"{STEP}debug: x\n        retry: {{times: 90}}",
            ["7 actions.Do it.steps[0].retry.times: write a number up"],
        ),
        (
            f"{STEP}debug: x\n        on_error: go",
            ["7 actions.Do it.steps[0].on_error: write continue, or a list of steps"],
        ),
        (
            f"{STEP}debug: x\n        on_error:\n          - debg: y",
            ["8 actions.Do it.steps[0].on_error[0]: unknown step 'debg'. Did you mean 'debug'?"],
        ),
        (f"{STEP}debug: '{{{{ x'", ["6 actions.Do it.steps[0].debug: "]),
        (
            "webservices:\n  W: {}",
            ["4 webservices.W: missing key 'endpoints'", "4 webservices.W: missing key 'host'"],
        ),
        (
            f"{STEP}send:\n          to: 5",
            ["7 actions.Do it.steps[0].send.to: write a text, or write a list"],
        ),
        (
            "webservices:\n  W:\n    host: x\n    endpoints:\n      E: {body: {a: ['{{ x']}}",
            ["7 webservices.W.endpoints.E.body.a[0]: "],
        ),
        ("records:\n  A: {}", ["4 records.A: write a list"]),
    ],
)
def test_mistake_in_shape_is_explained(tmp_path: Path, body: str, lines: list[str]) -> None:
    found = problems(tmp_path, body)
    assert [problem[: len(line)] for problem, line in zip(found, lines, strict=True)] == lines


def test_message_with_an_alternative_is_told_once(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"{STEP}choose: {{}}")
    assert problem.endswith(": write a, b, or c")


def test_every_mistake_is_found_at_once(tmp_path: Path) -> None:
    body = "title: 5\nmodels:\n  A: {x: 1}\nactions:\n  B:\n    steps: [{debug: []}, {nope: 1}]\n"
    assert [problem.split(":")[0] for problem in problems(tmp_path, body)] == [
        "3 title",
        "5 models.A",
        "8 actions.B.steps[0].debug",
        "8 actions.B.steps[1]",
    ]


def test_step_refuses_a_nul_name(tmp_path: Path) -> None:
    assert problems(tmp_path, 'roles:\n  a: {"\\0name": b}') == ["4 a control character in a key"]
