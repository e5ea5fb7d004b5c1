from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.webservices import check
from tests.unit.checks.findings import findings


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("{{ token }}{{ city }}{{ config.a }}{{ now }}", []),
        (
            "{{ tokn }}",
            [
                "10 webservices.W.endpoints.E.body: unknown name 'tokn'. Did you mean 'token'?"
                " Or add it to variables."
            ],
        ),
    ],
)
def test_template_of_an_endpoint(tmp_path: Path, text: str, lines: list[str]) -> None:
    body = f"""
        webservices:
          W:
            host: example.com
            variables: [token]
            headers: {{A: "{{{{ city }}}}"}}
            endpoints:
              E:
                body: {{a: ["{text}"]}}
                variables: [city]
    """
    assert findings(check, tmp_path, body) == lines


def test_template_of_a_webservice_reads_variables_of_its_endpoints_alone(tmp_path: Path) -> None:
    body = 'webservices: {W: {host: "{{ a }}{{ b }}", endpoints: {E: {variables: [a]}}}}'
    assert findings(check, tmp_path, body) == [
        "3 webservices.W.host: unknown name 'b'. Or add it to variables."
    ]
