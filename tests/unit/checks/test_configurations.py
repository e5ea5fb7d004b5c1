from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.configurations import check
from tests.unit.checks.findings import findings

BASE = """
    configurations:
      host: {value: example.com, env: HOST}
      key: {secret: KEY}
    """
LEAKS = "key is a secret; only a webservice and the values for one may read it"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("actions: {A: {result: =config.host}}", []),
        (
            "actions: {A: {result: =config.hots}}",
            ["6 actions.A.result: unknown configuration 'hots'. Did you mean 'host'?"],
        ),
        (
            "actions: {A: {result: '=keys(config)'}}",
            ["6 actions.A.result: config is read by name; write config.<name>"],
        ),
        ("actions: {A: {result: =config.key}}", [f"6 actions.A.result: {LEAKS}"]),
        ("actions: {A: {steps: [{debug: '{{ config.key }}'}]}}", [f"6 actions.A.steps[0].debug: {LEAKS}"]),
        ("actions: {A: {steps: [{http_request: {webservice: W, with: {k: =config.key}}}]}}", []),
        (
            "actions: {A: {steps: [{http_request: {url: '{{ config.key }}'}}]}}",
            [f"6 actions.A.steps[0].http_request.url: {LEAKS}"],
        ),
        (
            "actions: {A: {steps: [{http_request: {with: {k: =config.key}}}]}}",
            [f"6 actions.A.steps[0].http_request.with.k: {LEAKS}"],
        ),
        (
            "webservices: {W: {host: '{{ config.host }}', headers: {K: '{{ config.key }}'}, endpoints: {}}}",
            [],
        ),
    ],
)
def test_configuration_that_is_read(tmp_path: Path, body: str, lines: list[str]) -> None:
    assert findings(check, tmp_path, BASE + body) == lines


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ("{env: A}", None),
        ("{value: null}", None),
        ("{}", "write where it comes from: value, env or secret"),
        ("{secret: A, value: 1}", "a secret comes from the environment alone; leave value out"),
        (
            "{secret: A, value: 1, env: B}",
            "a secret comes from the environment alone; leave value and env out",
        ),
    ],
)
def test_source_of_a_configuration(tmp_path: Path, configuration: str, message: str | None) -> None:
    found = findings(check, tmp_path, f"configurations: {{a: {configuration}}}")
    assert found == ([f"3 configurations.a: {message}"] if message else [])
