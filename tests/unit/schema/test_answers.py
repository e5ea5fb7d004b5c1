"""Answers: codes and statuses of errors, exact JSON, and nothing that callers must not see."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, GraphQLError, GraphQLSyntaxError, Source, Undefined, execute_sync, parse
from structlog.testing import capture_logs

from app.edge import to_json
from app.errors import (
    INTERNAL_MESSAGE,
    ActionQLError,
    DefinitionError,
    Forbidden,
    Overloaded,
    Problem,
    TimedOut,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
)
from app.schema.answers import GRAPHQL_RESPONSE, JSON, answer, format_error, refuse
from tests.unit.schema.toy import Root, toy_schema


def executed(source: str, **values: object) -> ExecutionResult:
    result = execute_sync(toy_schema(), parse(source), Root(), variable_values=values)
    assert isinstance(result, ExecutionResult)
    return result


def first_error(source: str, **values: object) -> dict[str, Any]:
    errors = executed(source, **values).errors
    assert errors
    with capture_logs():
        return format_error(errors[0], "r-1")


@pytest.mark.parametrize(
    ("how", "message", "extensions"),
    [
        (
            "credentials",
            "Wrong credentials, please try again",
            {"code": "UNAUTHENTICATED", "statusCode": 401},
        ),
        (
            "fields",
            "No.",
            {"code": "BAD_USER_INPUT", "statusCode": 400, "fields": {"title": ["is required"]}},
        ),
        ("rate", "Too often.", {"code": "TOO_MANY_REQUESTS", "statusCode": 429, "retryAfter": 7}),
        ("step", "The step 'charge' failed.", {"code": "STEP_FAILED", "statusCode": 502}),
        ("bare", INTERNAL_MESSAGE, {"code": "INTERNAL_SERVER_ERROR", "statusCode": 500}),
        ("bug", INTERNAL_MESSAGE, {"code": "INTERNAL_SERVER_ERROR", "statusCode": 500}),
    ],
)
def test_error_of_a_resolver_has_its_code_place_and_path(
    how: str, message: str, extensions: dict[str, object]
) -> None:
    assert first_error(f'{{fail(how: "{how}")}}') == {
        "message": message,
        "locations": [{"line": 1, "column": 2}],
        "path": ["fail"],
        "extensions": {**extensions, "requestId": "r-1"},
    }


@pytest.mark.parametrize(
    ("source", "values", "code"),
    [
        ("query($n: String!) {need(name: $n)}", {}, "BAD_USER_INPUT"),
        ("query($n: String!) {need(name: $n)}", {"n": None}, "BAD_USER_INPUT"),
        ("query($n: String!) {need(name: $n)}", {"n": {"a": 1}}, "BAD_USER_INPUT"),
        ("query($d: Date) {day(on: $d)}", {"d": "hunter"}, "BAD_USER_INPUT"),
        ("query($n: Int) {all(take: $n) {id}}", {"n": None}, "BAD_USER_INPUT"),
        ("{sure}", {}, "INTERNAL_SERVER_ERROR"),
        ("{number}", {}, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_error_of_execution_is_the_callers_only_if_input_did_not_fit(
    source: str, values: dict[str, object], code: str
) -> None:
    error = first_error(source, **values)
    assert error["extensions"]["code"] == code
    assert (error["message"] == INTERNAL_MESSAGE) == (code == "INTERNAL_SERVER_ERROR")
    assert "hunter2" not in str(error)


def test_error_without_place_or_path_has_neither_key() -> None:
    error = GraphQLError("text", original_error=RuntimeError("hunter2"))
    assert format_error(error, "r-1") == {
        "message": INTERNAL_MESSAGE,
        "extensions": {"code": "INTERNAL_SERVER_ERROR", "statusCode": 500, "requestId": "r-1"},
    }


def test_syntax_error_has_its_code() -> None:
    error = format_error(GraphQLSyntaxError(Source("{"), 1, "no"), "r-1")
    assert error["extensions"] == {"code": "GRAPHQL_PARSE_FAILED", "statusCode": 400, "requestId": "r-1"}


@pytest.mark.parametrize(
    ("source", "values", "plain", "rich", "keys"),
    [
        ("{hello}", {}, 200, 200, {"data"}),
        ('{fail(how: "credentials")}', {}, 200, 200, {"data", "errors"}),
        ("{sure}", {}, 200, 200, {"data", "errors"}),
        ("query($n: String!) {need(name: $n)}", {}, 200, 400, {"errors"}),
    ],
)
def test_answer_has_data_and_status_as_far_as_execution_came(
    source: str, values: dict[str, object], plain: int, rich: int, keys: set[str]
) -> None:
    for media_type, status in ((JSON, plain), (GRAPHQL_RESPONSE, rich)):
        with capture_logs():
            response = answer(executed(source, **values), media_type, "r-1")
        assert response.status_code == status
        assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert set(orjson.loads(response.body)) == keys


def test_answer_carries_extensions() -> None:
    response = answer(ExecutionResult({"a": 1}, None, {"cost": 2}), JSON, "r-1")
    assert orjson.loads(response.body) == {"data": {"a": 1}, "extensions": {"cost": 2}}


@pytest.mark.parametrize(
    ("error", "plain", "rich", "header"),
    [
        (Unauthenticated("no"), 200, 401, None),
        (Forbidden("no"), 200, 403, None),
        (TooLarge("no"), 413, 413, None),
        (TooManyRequests("no", 9), 429, 429, "9"),
        (Overloaded("no"), 503, 503, "1"),
        (TimedOut("no"), 504, 504, None),
        (RuntimeError("no"), 500, 500, None),
    ],
)
def test_refusal_tells_by_status_what_concerns_the_request(
    error: Exception, plain: int, rich: int, header: str | None
) -> None:
    for media_type, status in ((JSON, plain), (GRAPHQL_RESPONSE, rich)):
        with capture_logs():
            response = refuse(error, media_type, "r-1")
        assert (response.status_code, response.headers.get("retry-after")) == (status, header)
        assert list(orjson.loads(response.body)) == ["errors"]


def test_refusal_with_401_says_which_scheme() -> None:
    assert refuse(Unauthenticated("no"), GRAPHQL_RESPONSE, "r-1").headers["www-authenticate"] == "Bearer"
    assert "www-authenticate" not in refuse(Unauthenticated("no"), JSON, "r-1").headers


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("hunter2"),
        ActionQLError("hunter2"),
        DefinitionError([Problem("/srv/hunter2.yaml", 1, "", "no")]),
    ],
)
def test_refusal_of_an_unexpected_error_says_nothing_and_logs_it(error: Exception) -> None:
    with capture_logs() as logs:
        response = refuse(error, JSON, "r-1")
    assert b"hunter2" not in bytes(response.body)
    assert [(entry["request_id"], entry["exc_info"]) for entry in logs] == [("r-1", error)]


@pytest.mark.parametrize(
    ("source", "kind"),
    [('{fail(how: "bug")}', RuntimeError), ("{sure}", TypeError), ("{number}", type(None))],
)
def test_answer_logs_unexpected_errors_without_the_document(source: str, kind: type) -> None:
    with capture_logs() as logs:
        answer(executed(source), JSON, "r-1")
    assert [type(entry["exc_info"]) for entry in logs] == [kind]
    assert source not in str(logs)


def test_answer_does_not_log_what_the_caller_is_told() -> None:
    with capture_logs() as logs:
        answer(executed('{fail(how: "credentials")}'), JSON, "r-1")
    assert logs == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.10"), b"0.10"),
        (Decimal("12345678901234567890.123"), b"12345678901234567890.123"),
        (Decimal("1E+30"), b"1E+30"),
        (Decimal("-0"), b"-0"),
        (Decimal("NaN"), b"null"),
        (Decimal("-Infinity"), b"null"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), b'"2026-01-02T03:04:05+00:00"'),
        (date(2026, 1, 2), b'"2026-01-02"'),
        (Undefined, b"null"),
        ("€", '"€"'.encode()),
    ],
)
def test_json_is_exact(value: object, expected: bytes) -> None:
    assert to_json(value) == expected


def test_json_refuses_what_it_cannot_say() -> None:
    with pytest.raises(TypeError):
        to_json(object())
