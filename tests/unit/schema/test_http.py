"""GraphQL over HTTP: what is read, what is refused and how."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import orjson
import pytest
from structlog.testing import capture_logs

from app.errors import PrivateDataMode, TooManyRequests
from app.schema.answers import GRAPHQL_RESPONSE, JSON
from tests.unit.schema.calls import HELLO, code, get, post, post_json
from tests.unit.schema.toy import Endpoint, small_door

# What is asked for, and the content type of the answer.
ACCEPTED = {
    "": JSON,
    "*/*": JSON,
    "application/*": JSON,
    "application/json": JSON,
    "APPLICATION/JSON; charset=utf-8": JSON,
    "application/graphql-response+json": GRAPHQL_RESPONSE,
    "application/graphql-response+json; charset=utf-8": GRAPHQL_RESPONSE,
    "application/graphql-response+json, application/json": GRAPHQL_RESPONSE,
    "application/json, application/graphql-response+json": GRAPHQL_RESPONSE,
    "application/graphql-response+json, application/json;q=0.9": GRAPHQL_RESPONSE,
    "application/graphql-response+json;q=0.5, application/json": JSON,
    "application/graphql-response+json, */*": GRAPHQL_RESPONSE,
    "application/graphql-response+json;q=0.5, */*": JSON,
    "application/json;q=0, */*": GRAPHQL_RESPONSE,
    "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8": JSON,
    "application/json;q=nan": JSON,
    ", ;, application/json": JSON,
}


@pytest.mark.parametrize(("accept", "media_type"), ACCEPTED.items())
async def test_answer_is_of_the_media_type_accepted_best(accept: str, media_type: str) -> None:
    response = await post_json(HELLO, accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.json() == {"data": {"hello": "hello world"}}


async def test_answer_without_accept_is_json() -> None:
    async with Endpoint().client() as client:
        del client.headers["accept"]
        response = await client.post("/graphql", json=HELLO)
    assert response.headers["content-type"] == f"{JSON}; charset=utf-8"


@pytest.mark.parametrize(
    "accept",
    ["text/html", "application/xml", "application/json;q=0", "*/*;q=0", "text/*", "application/jsonx"],
)
async def test_answer_that_is_not_accepted_is_406(accept: str) -> None:
    endpoint = Endpoint()
    response = await post_json(HELLO, endpoint, accept=accept)
    assert (response.status_code, code(response), endpoint.executed) == (406, "BAD_USER_INPUT", 0)


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        "Application/JSON",
        f"{JSON}; charset=utf-8",
        f'{JSON};charset="UTF-8"',
        f"{JSON}; x=y",
        f"{JSON};",
    ],
)
async def test_post_of_json_in_utf8_executes(content_type: str) -> None:
    response = await post('{"query": "{hello(name: \\"€\\")}"}'.encode(), content_type=content_type)
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "hello €"}})


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/plain; application/json",
        "application/jsonx",
        "application/json, text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        f"{JSON}; charset=utf-16",
        f"{JSON}; charset",
        f"{JSON}; charset*=nope''%ff",
        "application/json/json",
        "\xff",
    ],
)
async def test_post_of_another_content_type_is_415(content_type: str) -> None:
    endpoint = Endpoint()
    async with endpoint.client() as client:
        headers = [(b"content-type", content_type.encode("latin-1"))]
        response = await client.post("/graphql", content=orjson.dumps(HELLO), headers=headers)
    assert (response.status_code, code(response), endpoint.executed) == (415, "BAD_USER_INPUT", 0)


async def test_post_without_content_type_is_415() -> None:
    async with Endpoint().client() as client:
        response = await client.post("/graphql", content=orjson.dumps(HELLO))
    assert response.status_code == 415


async def test_post_with_two_content_types_is_415() -> None:
    headers = [("content-type", "text/plain"), ("content-type", JSON)]
    async with Endpoint().client() as client:
        response = await client.post("/graphql", content=orjson.dumps(HELLO), headers=headers)
    assert response.status_code == 415


async def test_post_of_a_compressed_body_is_415() -> None:
    assert (await post_json(HELLO, content_encoding="gzip")).status_code == 415
    assert (await post_json(HELLO, content_encoding="identity")).status_code == 200


REFUSED: dict[str, tuple[object, str]] = {
    "syntax": ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    "empty": ({"query": ""}, "GRAPHQL_PARSE_FAILED"),
    "unknown field": ({"query": "{nope}"}, "GRAPHQL_VALIDATION_FAILED"),
    "too deep": ({"query": "{task" * 65 + "}" * 65}, "GRAPHQL_VALIDATION_FAILED"),
    "too many aliases": (
        {"query": "{" + " ".join(f"a{n}: hello" for n in range(50)) + "}"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "logins": (
        {"query": "mutation {a: login {jwtToken} b: login {jwtToken}}"},
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "subscription": ({"query": "subscription {hello}"}, "GRAPHQL_VALIDATION_FAILED"),
    "unused variable": ({"query": "query A($id: ID!) {__typename}"}, "GRAPHQL_VALIDATION_FAILED"),
    "no operation named": ({"query": "query A {hello} query B {hello}"}, "GRAPHQL_VALIDATION_FAILED"),
    "unknown operation": ({"query": "{hello}", "operationName": "A"}, "GRAPHQL_VALIDATION_FAILED"),
    "missing variable": ({"query": "{need(name: $n)}"}, "BAD_USER_INPUT"),
    "wrong variable": ({"query": "{need(name: $n)}", "variables": {"n": [1]}}, "BAD_USER_INPUT"),
}


@pytest.mark.parametrize(("body", "expected"), REFUSED.values(), ids=REFUSED.keys())
async def test_request_that_does_not_run_has_no_data_and_the_status_of_its_media_type(
    body: object, expected: str
) -> None:
    for accept, status in ((JSON, 200), (GRAPHQL_RESPONSE, 400)):
        response = await post_json(body, accept=accept)
        assert (response.status_code, code(response)) == (status, expected)
        assert set(response.json()) == {"errors"}
        assert response.json()["errors"][0]["extensions"]["statusCode"] == 400


async def test_first_operation_is_not_run_unasked() -> None:
    endpoint = Endpoint()
    await post_json(
        {"query": "mutation A {upsert(uniqueBy: [])} mutation B {upsert(uniqueBy: [])}"}, endpoint
    )
    assert endpoint.executed == 0


async def test_failed_login_is_200_with_null_and_its_code() -> None:
    query = "mutation login { login(username: $username password: $password) { jwtToken } }"
    response = await post_json({"query": query, "variables": {"username": "a", "password": "b"}})
    assert response.status_code == 200
    assert response.json() == {
        "data": {"login": None},
        "errors": [
            {
                "message": "Wrong credentials, please try again",
                "locations": [{"line": 1, "column": 18}],
                "path": ["login"],
                "extensions": {"code": "UNAUTHENTICATED", "statusCode": 401, "requestId": "r-1"},
            }
        ],
    }


async def test_answer_writes_exact_numbers_and_is_not_stored() -> None:
    response = await post_json({"query": "{price}"})
    assert b'"exact":0.10,"big":1E+3,"at":"2026-01-02T00:00:00+00:00"' in response.content
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_other_method_is_405_and_says_which_to_use(method: str) -> None:
    async with Endpoint().client() as client:
        response = await client.request(method, "/graphql?query={hello}")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"query": "{hello}"}, "hello world"),
        ({"query": "{hello(name: $n)}", "variables": '{"n": "€"}'}, "hello €"),
        ({"query": "query A {hello} query B {number}", "operationName": "A"}, "hello world"),
        ({"query": "{hello}", "variables": "", "operationName": "", "extensions": ""}, "hello world"),
        ({"query": "{hello}", "variables": "null", "extensions": '{"a": 1}', "_": "1"}, "hello world"),
    ],
)
async def test_get_of_a_query_executes(parameters: dict[str, str], expected: str) -> None:
    response = await get(urlencode(parameters))
    assert (response.status_code, response.json()) == (200, {"data": {"hello": expected}})


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("mutation {upsert(uniqueBy: [])}", ""),
        ("mutation {__typename}", ""),
        ("query A {hello} mutation B {upsert(uniqueBy: [])}", "B"),
    ],
)
async def test_get_of_a_mutation_is_405_and_does_not_run(query: str, name: str, accept: str) -> None:
    endpoint = Endpoint()
    response = await get(urlencode({"query": query, "operationName": name}), endpoint, accept=accept)
    assert (response.status_code, response.headers["allow"], endpoint.executed) == (405, "POST", 0)
    assert code(response) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "qeury={hello}",
        "query=%ff",
        "query={hello}&query={number}",
        "query={hello}&variables=5",
        "query={hello}&variables=[]",
        "query={hello}&variables={",
        "query={hello}&variables=" + "[" * 65,
        "query={hello}&extensions=x",
        "query={hello}" + "".join(f"&p{n}=1" for n in range(100)),
    ],
)
async def test_get_that_is_not_well_formed_is_400(query: str) -> None:
    response = await get(quote(query, safe="=&%"))
    assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")


async def test_get_too_large_is_413() -> None:
    response = await get("query=" + "a" * 1_000, Endpoint(door=small_door()))
    assert (response.status_code, code(response)) == (413, "TOO_LARGE")


async def test_parameters_in_the_url_of_a_post_do_not_count() -> None:
    response = await post(b"{}", url="/graphql?query={hello}")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("raised", "plain", "rich", "expected"),
    [
        (PrivateDataMode(), 200, 401, "PRIVATE_DATA_MODE"),
        (TooManyRequests("Too often."), 429, 429, "TOO_MANY_REQUESTS"),
        (RuntimeError("hunter2"), 500, 500, "INTERNAL_SERVER_ERROR"),
    ],
)
async def test_failure_of_the_execution_is_answered(
    raised: Exception, plain: int, rich: int, expected: str
) -> None:
    for accept, status in ((JSON, plain), (GRAPHQL_RESPONSE, rich)):
        with capture_logs():
            response = await post_json(HELLO, Endpoint(raising=raised), accept=accept)
        assert (response.status_code, code(response)) == (status, expected)
        assert "hunter2" not in response.text
