from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.base import Subject
from app.checks.references import check
from tests.unit.checks.findings import findings
from tests.unit.definition.toys import STEPS, loaded

BASE = """
    roles: {admin: {}}
    models:
      Media:
        properties:
          file: {kind: file}
          title: {kind: text}
    webservices:
      Web:
        host: example.com
        variables: [token]
        endpoints:
          Send: {variables: [text]}
    actions:
      Other:
        input: {city: {kind: text}}
      Do it:
        steps:
          - """


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        ("create: {model: Media, values: {title: x, file: y}}", []),
        (
            "create: {model: Medai}",
            ["20 actions.Do it.steps[0].create.model: unknown model 'Medai'. Did you mean 'Media'?"],
        ),
        (
            "create: {model: Media, values: {titel: x}}",
            [
                "20 actions.Do it.steps[0].create.values.titel: unknown property or relation 'titel' of Media."
                " Did you mean 'title'?"
            ],
        ),
        (
            "find: {model: Media, sort: [{field: nope}]}",
            ["20 actions.Do it.steps[0].find.sort[0].field: unknown property or relation 'nope' of Media."],
        ),
        ("store_file: {url: x, property: Media.file}", []),
        (
            "store_file: {url: x, property: Media.flie}",
            [
                "20 actions.Do it.steps[0].store_file.property: unknown property 'flie' of Media. Did you mean 'file'?"
            ],
        ),
        (
            "store_file: {url: x, property: Medai.file}",
            ["20 actions.Do it.steps[0].store_file.property: unknown model 'Medai'. Did you mean 'Media'?"],
        ),
        (
            "store_file: {url: x, property: file}",
            [
                "20 actions.Do it.steps[0].store_file.property: write a model and its property, as in Media.file"
            ],
        ),
        ("call: {action: Other, with: {city: x}}", []),
        (
            "call: {action: other}",
            ["20 actions.Do it.steps[0].call.action: unknown action 'other'. Did you mean 'Other'?"],
        ),
        (
            "call: {action: Other, with: {citi: x}}",
            ["20 actions.Do it.steps[0].call.with.citi: unknown input 'citi' of Other. Did you mean 'city'?"],
        ),
        ("http_request: {webservice: Web, endpoint: Send, with: {text: x, token: y}}", []),
        (
            "http_request: {webservice: Wep, endpoint: Send}",
            [
                "20 actions.Do it.steps[0].http_request.webservice: unknown webservice 'Wep'. Did you mean 'Web'?"
            ],
        ),
        (
            "http_request: {webservice: Web, endpoint: Sent}",
            [
                "20 actions.Do it.steps[0].http_request.endpoint: unknown endpoint 'Sent' of Web."
                " Did you mean 'Send'?"
            ],
        ),
        (
            "http_request: {webservice: Web, endpoint: Send, with: {txt: x}}",
            [
                "20 actions.Do it.steps[0].http_request.with.txt: unknown variable 'txt' of the endpoint Send."
                " Did you mean 'text'?"
            ],
        ),
        ("http_request: {url: x}", []),
    ],
)
def test_reference_of_a_step(tmp_path: Path, step: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, BASE + step) == lines


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("actions: {A: {allow: [public]}}", []),
        (
            "actions: {A: {allow: [admn]}}",
            ["3 actions.A.allow[0]: unknown role 'admn'. Did you mean 'admin'?"],
        ),
        ("actions: {A: {profile: Staff}}", ["3 actions.A.profile: unknown profile 'Staff'."]),
        ("models: {A: {read: {nobody: all}}}", ["3 models.A.read.nobody: unknown role 'nobody'."]),
        (
            "models: {A: {relations: {b: {belongs_to: B}}}}",
            ["3 models.A.relations.b.belongs_to: unknown model 'B'."],
        ),
        ("models: {A: {relations: {b: {belongs_to: Role}}}}", []),
        ("api_generator: {B: {path: /b}}", ["3 api_generator.B: unknown model 'B'."]),
        ("records: {B: []}", ["3 records.B: unknown model 'B'."]),
        ("endpoints: {E: {path: /e, action: X}}", ["3 endpoints.E.action: unknown action 'X'."]),
    ],
)
def test_reference_elsewhere(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, f"{body}\nroles: {{admin: {{}}}}") == lines


def test_reference_to_a_broken_part_is_no_second_problem(tmp_path: Path) -> None:
    found = loaded(tmp_path, "records: {B: []}")
    assert list(check(Subject(found.application, STEPS, frozenset({("models", "B")})))) == []
