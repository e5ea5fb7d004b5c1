"""The bodies that existing callers send: variables that nobody declared, or that were declared as something else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import PASSWORD, SYSTEM
from tests.end_to_end.pictures import png
from tests.support.audits import run_audits
from tests.support.files import FileServer

UPLOAD = "7a4e0b0e5d5c4c0fb3a4f0a1b2c3d4e5"
LOGIN = (
    b'{"query": "mutation login { login(authProfileUuid: $authProfileUuid username: $username password: $password) '
    b'{ jwtToken refreshToken accessExpiresIn refreshExpiresIn }}", '
    b'"variables": {"authProfileUuid": "%s", "username": "%s", "password": "%s"}}'
)
ACTION = (
    b'{"query": "mutation { action(id: $id, input: $input) }", '
    b'"variables": {"id": "7a4e0b0e5d5c4c0fb3a4f0a1b2c3d4e5", "input": {"file": "%s"}}}'
)


def test_login_as_callers_send_it(taskings: Caller) -> None:
    answer = taskings.post(LOGIN % (SYSTEM.encode(), b"system", PASSWORD.encode()))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    login = answer.json()["data"]["login"]
    assert (login["accessExpiresIn"], login["refreshExpiresIn"]) == (7200, 259_200)
    assert taskings.bearing(login["jwtToken"]).ask("{ meSystem { username } }") == {
        "meSystem": {"username": "system"}
    }


def test_failed_login_as_callers_read_it(taskings: Caller) -> None:
    answer = taskings.post(LOGIN % (SYSTEM.encode(), b"system", b"wrong"))
    body = answer.json()
    (error,) = body["errors"]
    assert error["extensions"].pop("requestId")
    assert (answer.status_code, body["data"]) == (200, {"login": None})
    assert error["message"] == "Wrong credentials, please try again"
    assert error["extensions"] == {"code": "UNAUTHENTICATED", "statusCode": 401}


def test_action_as_callers_send_it(system: Caller, files: FileServer) -> None:
    url = files.serve("/wire.png", png(shade=20))
    body = system.post(ACTION % url.encode()).json()
    assert list(body) == ["data"]
    assert isinstance(body["data"]["action"]["results"], int)


@pytest.mark.parametrize(
    "declared",
    [
        "($id: Int, $input: JSON)",
        "($id: ID!, $input: JSON)",
        "($id: String, $input: ActionInput!)",
        "($id: ID, $input: Unknown)",
        "($input: JSON!)",
        "($id: [ID!]!, $input: String)",
    ],
)
def test_variables_take_the_type_of_their_place(system: Caller, files: FileServer, declared: str) -> None:
    url = files.serve("/declared.png", png(shade=21))
    query = f"mutation upload{declared} {{ action(id: $id, input: $input) }}"
    answer = system.ask(query, {"id": UPLOAD, "input": {"file": url}})
    assert isinstance(answer["action"]["results"], int)


def test_variable_inside_an_input_needs_no_declaration(system: Caller, files: FileServer) -> None:
    url = files.serve("/inside.png", png(shade=22))
    query = f'mutation {{ action(id: "{UPLOAD}", input: {{file: $file}}) }}'
    assert isinstance(system.ask(query, {"file": url})["action"]["results"], int)


def test_undeclared_variables_reach_queries_too(shoes: Caller) -> None:
    query = "{ allShoe(where: {price: {lt: $most}}, take: $take) { results { shoeType } } }"
    found = shoes.ask(query, {"most": "20", "take": 1})["allShoe"]["results"]
    assert found == [{"shoeType": "Sandal"}]


@pytest.mark.parametrize(
    "id", [UPLOAD, UPLOAD.upper(), "7a4e0b0e-5d5c-4c0f-b3a4-f0a1b2c3d4e5", "Upload file"]
)
def test_action_is_found_by_every_spelling_of_its_id(system: Caller, id: str) -> None:
    assert system.refused(id, {}) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "id", ["4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4", "4F0C6C1E-7A3B-4B61-A7D1-E7D8C1A2F3B4", "taskings"]
)
def test_application_is_found_by_every_spelling_of_its_id(taskings: Caller, id: str) -> None:
    url = taskings.url.rpartition("/")[0]
    answer = taskings.client.post(f"{url}/{id}", json={"query": "{ __typename }"})
    assert answer.json() == {"data": {"__typename": "Query"}}


def test_application_that_is_not_there(taskings: Caller) -> None:
    url = taskings.url.rpartition("/")[0]
    answer = taskings.client.post(f"{url}/{'0' * 32}", json={"query": "{ __typename }"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (404, "NOT_FOUND")


def test_first_application_is_at_graphql(system: Caller) -> None:
    url = system.url.partition("/api/")[0]
    answer = system.client.post(
        f"{url}/graphql", json={"query": "{ meSystem { id } }"}, headers=system.headers
    )
    assert answer.json() == {"data": {"meSystem": {"id": 1}}}


def test_door_passes_every_audit(shoes: Caller) -> None:
    results = run_audits(shoes.url.partition("/api/")[0] + "/graphql")
    assert {result["id"]: result["status"] for result in results if result["status"] != "ok"} == {}
    assert len(results) == 61


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"5", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'[{"query": "{ __typename }"}]', 400),
        (b'"text"', 400),
        (b"", 400),
        (b"{", 400),
        (b'{"query": 5}', 400),
        (b'{"query": "{ __typename }", "variables": []}', 400),
        (b'{"query": "{ __typename }", "operationName": {}}', 400),
        (b'{"query": "\xff\xfe"}', 400),
        (b'{"query": "\\ud800 { __typename }"}', 400),
        (b'{"query": "{ __typename }", "variables": ' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        (b'{"query": "' + b" " * 1_100_000 + b'"}', 413),
    ],
)
def test_body_that_is_no_request(shoes: Caller, body: bytes, status: int) -> None:
    answer = shoes.post(body)
    (error,) = answer.json()["errors"]
    assert answer.status_code == status
    assert error["extensions"]["statusCode"] == status
    assert error["extensions"]["requestId"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ allShoe { results } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{" * 70, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }", "GRAPHQL_VALIDATION_FAILED"),
        (
            'mutation { login(authProfileUuid: "a") { jwtToken } again: login(authProfileUuid: "a") { jwtToken } }',
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { allShoe { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ allShoe(take: 201) { results { id } } }", "BAD_USER_INPUT"),
        ("{ allShoe(skip: -1) { totalCount } }", "BAD_USER_INPUT"),
        ('{ allShoe(where: {price: {lt: "cheap"}}) { totalCount } }', "BAD_USER_INPUT"),
    ],
)
def test_document_that_cannot_run(shoes: Caller, source: str, code: str) -> None:
    answer = shoes.send(source)
    assert answer.status_code == 200
    for error in answer.json()["errors"]:
        assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == (code, 400)


def test_faults_are_told_by_status_to_who_asks_by_the_specification(shoes: Caller) -> None:
    accept = {"Accept": "application/graphql-response+json"}
    assert shoes.post({"query": "{ nothing }"}, **accept).status_code == 400
    assert shoes.bearing("forged").post({"query": "{ __typename }"}, **accept).status_code == 401


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {"Content-Type": "text/plain"}, 415),
        ("POST", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("PUT", {}, 405),
        ("DELETE", {}, 405),
        ("POST", {"Accept": "image/png"}, 406),
    ],
)
def test_request_that_is_not_graphql_over_http(
    shoes: Caller, method: str, headers: dict[str, str], status: int
) -> None:
    sent = {"Content-Type": "application/json", **headers}
    answer = shoes.request(method, "", headers=sent, content=json.dumps({"query": "{ __typename }"}))
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["statusCode"] == status


def test_get_queries_and_never_writes(tools: Caller) -> None:
    query: dict[str, Any] = {"params": {"query": "{ allLine { totalCount } }"}}
    assert "totalCount" in tools.request("GET", "", **query).json()["data"]["allLine"]
    written = tools.request("GET", "", params={"query": 'mutation { action(id: "Nothing") }'})
    assert written.status_code == 405
