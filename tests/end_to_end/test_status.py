"""Applications that are private, and applications that are live."""

from __future__ import annotations

import pytest

from tests.end_to_end.caller import LOGIN, Caller
from tests.end_to_end.conftest import PASSWORD, Shared

THINGS = "{ allThing { totalCount } }"
SCHEMA = "{ __schema { queryType { name } } }"


@pytest.fixture
def private(shared: Shared) -> Caller:
    return shared.application("private")


@pytest.fixture
def live(shared: Shared) -> Caller:
    return shared.application("live")


@pytest.mark.parametrize(
    "query",
    [
        THINGS,
        "{ oneThing { id } }",
        "{ meUser { id } }",
        'mutation { action(id: "Anything") }',
        'mutation { action(id: "Unknown") }',
        'mutation { createThing(input: {name: "x"}) { id } }',
        "mutation { deleteManyThing(where: {}) { id } }",
        'mutation { login(authProfileUuid: "Users", username: "una", password: "canary-pässword") { jwtToken } }',
        'mutation { login(authProfileUuid: "Users", username: "una", password: "wrong") { jwtToken } }',
        'mutation { login(authProfileUuid: "Users", username: "bob", password: "wrong") { jwtToken } }',
        'mutation { login(authProfileUuid: "None", username: "bob", password: "wrong") { jwtToken } }',
    ],
)
def test_private_application_refuses_everybody(private: Caller, query: str) -> None:
    answer = private.send(query)
    (error,) = answer.json()["errors"]
    assert answer.status_code == 200
    assert (error["message"], error["extensions"]["code"], error["extensions"]["statusCode"]) == (
        "redirect_to_login",
        "PRIVATE_DATA_MODE",
        401,
    )


def test_private_application_refuses_http_handlers_too(private: Caller) -> None:
    answer = private.request("GET", "/action/Anything")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "PRIVATE_DATA_MODE")


def test_private_application_lets_its_builders_in(private: Caller) -> None:
    bob = private.login("Users", "bob", PASSWORD)
    assert bob.ask(THINGS) == {"allThing": {"totalCount": 0}}
    assert bob.ask("{ meUser { name } }") == {"meUser": {"name": "bob"}}
    assert bob.action("Anything") == {"statusCode": 200, "body": "done"}


def test_live_application_is_never_private(live: Caller) -> None:
    assert live.ask(THINGS) == {"allThing": {"totalCount": 0}}
    una = live.login("Users", "una", PASSWORD)
    assert una.ask("{ meUser { name } }") == {"meUser": {"name": "una"}}
    assert live.code(LOGIN, {"profile": "Users", "username": "una", "password": "wrong"}) == "UNAUTHENTICATED"


def test_schema_of_a_live_application_wants_a_privilege(live: Caller) -> None:
    una, bob = (live.login("Users", name, PASSWORD) for name in ("una", "bob"))
    hidden = "query { ...schema } fragment schema on Query { ... on Query { again: __schema { queryType { name } } } }"
    assert [caller.code(query) for caller in (live, una) for query in (SCHEMA, hidden)] == [
        "UNAUTHENTICATED",
        "UNAUTHENTICATED",
        "FORBIDDEN",
        "FORBIDDEN",
    ]
    assert live.ask("{ __typename }") == {"__typename": "Query"}
    assert bob.ask(SCHEMA) == {"__schema": {"queryType": {"name": "Query"}}}


def test_live_application_does_not_suggest_names(live: Caller) -> None:
    error = live.error("{ allThings { totalCount } }")
    assert "Did you mean" not in error["message"]


def test_live_application_has_no_graphiql(live: Caller, private: Caller) -> None:
    page = {"Accept": "text/html"}
    assert live.request("GET", "", headers=page).status_code == 403
    assert private.request("GET", "", headers=page).status_code == 200


def test_path_that_leads_nowhere_is_told_in_json(live: Caller) -> None:
    answer = live.request("GET", "/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"
