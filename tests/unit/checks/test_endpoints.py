from __future__ import annotations

from pathlib import Path

import pytest

from app.checks.endpoints import check
from app.definition.load import load
from app.errors import DefinitionError
from app.steps import KINDS
from tests.unit.checks.findings import findings


@pytest.mark.parametrize(
    ("endpoints", "lines"),
    [
        (["path: '/v1/shoes/{id}', query: {max: limit}, headers: {X-Token: token}"], []),
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
    body = "actions: {Find: {input: {id: {kind: number}, limit: {kind: number}, token: {kind: text}}}}\nendpoints:\n"
    body += "".join(f"  E{index}: {{action: Find, {one}}}\n" for index, one in enumerate(endpoints))
    assert findings(check, tmp_path, body) == lines


HEAD = """
authentication_profiles: {Staff: {kind: username_password, model: M, username: name, password: word}}
models: {Shoe: {}, M: {properties: {name: {kind: text}, word: {kind: password}}}}
actions:
  Make: {input: {shoe: {model: Shoe, required: true}, photo: {kind: image}, note: {kind: text}}}
  List: {}
"""


@pytest.mark.parametrize(
    ("endpoint", "lines"),
    [
        ("path: /shoes, method: POST, body: shoe, action: Make", []),
        ("path: /login, method: POST, login: Staff", []),
        ("path: /logout, method: POST, logout: Staff, description: Ends it.", []),
        (
            "path: /graphql/x, action: List",
            ["path: /graphql is the server's own; begin the path with another word"],
        ),
        (
            "path: /openapi.json, action: List",
            ["path: /openapi.json is the server's own; begin the path with another word"],
        ),
        ("path: /v1/graphql, action: List", []),
        (
            "path: /shoes, method: POST, action: Make",
            ["action: nothing fills the required input shoe; add it to path, query, headers or body of E"],
        ),
        (
            "path: '/s/{shoe}', query: {p: photo}, action: Make",
            [
                "path: the input shoe does not fit into a variable; write body: shoe",
                "query.p: the input photo does not fit into a variable; write body: photo",
            ],
        ),
        (
            "path: '/s/{note}', query: {n: note}, method: POST, body: shoe, action: Make",
            ["query.n: the input note is filled already"],
        ),
        (
            "path: /s, headers: {Authorization: note}, method: POST, body: shoe, action: Make",
            ["headers.Authorization: Authorization says who calls, and is not handed on"],
        ),
        (
            "path: /s, template: x, action: List",
            ["template: only an html response has a template; write response: html"],
        ),
        (
            "path: /s, response: html, action: List",
            ["response: an html response needs a template; write template: <p>{{ result }}</p>"],
        ),
        (
            "path: /s, response: html, template: '{{ results }}', action: List",
            ["template: unknown name 'results' in a template. Did you mean 'result'?"],
        ),
        (
            "path: '/in/{a}', method: PUT, profile: Staff, login: Staff",
            [
                "method: a login changes a session; write method: POST",
                "path: a login takes no variables",
                "profile: a login takes no profile",
            ],
        ),
    ],
)
def test_endpoint_option(tmp_path: Path, endpoint: str, lines: list[str]) -> None:
    body = f"{HEAD}endpoints:\n  E: {{{endpoint}}}\n"
    assert findings(check, tmp_path, body) == [f"9 endpoints.E.{line}" for line in lines]


@pytest.mark.parametrize("purpose", ["description: x", "action: List, login: Staff"])
def test_endpoint_has_one_purpose(tmp_path: Path, purpose: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"application: a\nuuid: {'0' * 32}\n{HEAD}endpoints:\n  E: {{path: /e, {purpose}}}\n")
    with pytest.raises(DefinitionError, match="write one of action, login and logout"):
        load(file, steps=KINDS)


def test_generated_endpoint(tmp_path: Path) -> None:
    body = """
        endpoints: {E: {path: /v1/shoes, method: POST, action: A}}
        api_generator:
          Shoe: {path: /v1/shoes}
          Sock: {path: socks}
          Hat: {path: "/hats/{id}"}
    """
    assert findings(check, tmp_path, body) == [
        "5 api_generator.Shoe.path: endpoints.E answers this method and path already",
        "6 api_generator.Sock.path: 'socks' is no path; write one like /v1/shoes or /v1/shoes/{id}",
        "7 api_generator.Hat.path: a generated path has no variables; its {id} is added",
    ]
