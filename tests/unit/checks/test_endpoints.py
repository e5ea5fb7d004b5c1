from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.endpoints import check
from tests.unit.checks.findings import findings


@pytest.mark.parametrize(
    ("endpoints", "lines"),
    [
        (["path: '/v1/shoes/{id}', query: {max: limit}, headers: {X-Max: limit}"], []),
        (["path: /v1, method: POST, body: limit"], []),
        (
            ["path: v1"],
            ["5 endpoints.E0.path: 'v1' is no path; write one like /v1/shoes or /v1/shoes/{id}"],
        ),
        (
            ["path: '/v1/{a b}'"],
            [
                "5 endpoints.E0.path: '/v1/{a b}' is no path; write one like /v1/shoes or /v1/shoes/{id}",
                "5 endpoints.E0.path: unknown input 'a b' of Find.",
            ],
        ),
        (
            ["path: '/v1/{ide}', body: x, query: {q: limt}"],
            [
                "5 endpoints.E0.body: a GET request has no body; write POST or PUT",
                "5 endpoints.E0.body: unknown input 'x' of Find.",
                "5 endpoints.E0.path: unknown input 'ide' of Find. Did you mean 'id'?",
                "5 endpoints.E0.query.q: unknown input 'limt' of Find. Did you mean 'limit'?",
            ],
        ),
        (["path: /a", "path: /a, method: POST"], []),
        (
            ["path: '/a/{id}'", "path: '/a/{limit}'"],
            ["6 endpoints.E1.path: endpoints.E0 answers this method and path already"],
        ),
    ],
)
def test_endpoint(tmp_path: Path, endpoints: list[str], lines: list[str]) -> None:
    body = "actions: {Find: {input: {id: {kind: number}, limit: {kind: number}}}}\nendpoints:\n"
    body += "".join(f"  E{index}: {{action: Find, {one}}}\n" for index, one in enumerate(endpoints))
    assert findings(check, tmp_path, body) == lines


def test_generated_endpoint(tmp_path: Path) -> None:
    body = """
        endpoints: {E: {path: /v1/shoes, method: POST, action: A}}
        api_generator:
          Shoe: {path: /v1/shoes}
          Sock: {path: socks}
    """
    assert findings(check, tmp_path, body) == [
        "5 api_generator.Shoe.path: endpoints.E answers this method and path already",
        "6 api_generator.Sock.path: 'socks' is no path; write one like /v1/shoes or /v1/shoes/{id}",
    ]
