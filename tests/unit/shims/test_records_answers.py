from __future__ import annotations

import inspect
import json

import pytest
from starlette.requests import Request

from app import errors
from app.errors import ActionFailed, ActionQLError, BadInput, Overloaded, TooManyRequests, Unauthenticated
from app.shims.records import BASE, OPERATIONS
from app.shims.records.answers import STATUSES, WrongMethod, refuse

REQUEST = Request({"type": "http", "headers": [(b"x-request-id", b"abcdefgh")]})
DOCUMENTED = {200, 201, 204, 400, 401, 404, 502, 405, 413, 415, 429}


def test_every_code_of_the_error_tree_has_a_status_of_the_protocol() -> None:
    kinds = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ActionQLError)]
    assert {kind.code for kind in kinds} == set(STATUSES)
    assert set(STATUSES.values()) <= DOCUMENTED


def test_validation_is_told_by_property() -> None:
    answer = refuse(REQUEST, BadInput("It is required.", {"firstName": ["is_required"], "": ["is_invalid"]}))
    assert answer.status_code == 400
    assert json.loads(bytes(answer.body)) == {
        "errors": {"first_name": ["is_required"], "base": ["is_invalid"]},
        "code": "BAD_USER_INPUT",
        "message": "It is required.",
        "requestId": "abcdefgh",
    }


def test_failed_action_tells_what_its_author_meant() -> None:
    answer = refuse(REQUEST, ActionFailed("Sold out."))
    assert answer.status_code == 502
    assert json.loads(bytes(answer.body))["errors"] == {"base": ["Sold out."]}


def test_unexpected_error_tells_nothing() -> None:
    answer = refuse(REQUEST, ValueError("SELECT secret"))
    assert answer.status_code == 502
    assert b"SELECT" not in answer.body
    assert b"abcdefgh" in answer.body


@pytest.mark.parametrize(
    ("error", "status", "header", "value"),
    [
        (Unauthenticated("Who?"), 401, "www-authenticate", 'Basic realm="API", charset="UTF-8"'),
        (TooManyRequests("Slowly.", 7), 429, "retry-after", "7"),
        (Overloaded("Later."), 429, "retry-after", "1"),
        (WrongMethod("GET"), 405, "allow", "GET"),
    ],
)
def test_header_says_what_to_do(error: ActionQLError, status: int, header: str, value: str) -> None:
    answer = refuse(REQUEST, error)
    assert (answer.status_code, answer.headers[header]) == (status, value)


def test_operations_have_paths_of_their_own() -> None:
    assert BASE == "/api"
    assert len({(one.method, one.path) for one in OPERATIONS}) == len(OPERATIONS)
