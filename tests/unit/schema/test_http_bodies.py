"""Bodies of GraphQL requests: well-formed, malformed, too large and hostile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.schema.answers import GRAPHQL_RESPONSE, JSON
from tests.support.cost import cost
from tests.unit.schema.calls import HELLO, chunks, code, post
from tests.unit.schema.toy import Endpoint, small_door

MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "a space": b" ",
    "a number": b"5",
    "null": b"null",
    "true": b"true",
    "a string": b'"{hello}"',
    "an empty array": b"[]",
    "a batch": b'[{"query": "{hello}"}]',
    "unfinished": b'{"query": "{hello}"',
    "two values": b'{"query": "{hello}"} {}',
    "a comma too many": b'{"query": "{hello}",}',
    "a comment": b'{"query": "{hello}"} // no',
    "not UTF-8": b'{"query": "{hello}\xff"}',
    "UTF-16": '{"query": "{hello}"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query": "{hello}"}',
    "half a surrogate": b'{"query": "{hello(name: \\"\\ud800\\")}"}',
    "not a number": b'{"query": "{hello}", "variables": {"a": NaN}}',
    "an infinite number": b'{"query": "{hello}", "variables": {"a": 1e999}}',
    "a number of 100,000 digits": b'{"query": "{hello}", "variables": {"a": ' + b"9" * 100_000 + b"}}",
    "deep arrays": b'{"query": "{hello}", "variables": {"a": ' + b"[" * 65 + b"]" * 65 + b"}}",
    "100,000 arrays": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "deep and mixed": b'{"variables": ' + b'{"a": [' * 40 + b"]}" * 40 + b"}",
    "closing brackets": b"]" * 100_000,
    "no query": b"{}",
    "a query of another name": b'{"qeury": "{hello}"}',
    "a query that is null": b'{"query": null}',
    "a query that is an object": b'{"query": {"a": 1}}',
    "a query that is a number": b'{"query": 0}',
    "a query that is false": b'{"query": false}',
    "a query that is an array": b'{"query": ["{hello}"]}',
    "variables in a string": b'{"query": "{hello}", "variables": "{}"}',
    "variables in an array": b'{"query": "{hello}", "variables": []}',
    "variables that are false": b'{"query": "{hello}", "variables": false}',
    "an operation name that is a number": b'{"query": "{hello}", "operationName": 0}',
    "an operation name that is an object": b'{"query": "{hello}", "operationName": {}}',
    "extensions in a string": b'{"query": "{hello}", "extensions": "a"}',
    "extensions that are a number": b'{"query": "{hello}", "extensions": 0}',
}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_post_that_is_not_well_formed_is_400(body: bytes, accept: str) -> None:
    endpoint = Endpoint()
    response = await post(body, endpoint, accept=accept)
    assert (response.status_code, code(response), endpoint.executed) == (400, "BAD_USER_INPUT", 0)
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert set(response.json()) == {"errors"}


WELL_FORMED: dict[str, tuple[bytes, object]] = {
    "null for all that may be absent": (
        b'{"query": "{hello}", "variables": null, "operationName": null, "extensions": null}',
        "hello world",
    ),
    "an empty operation name": (b'{"query": "{hello}", "operationName": ""}', "hello world"),
    "members of other names": (b'{"query": "{hello}", "id": 1}', "hello world"),
    "extensions": (b'{"query": "{hello}", "extensions": {"a": 1}}', "hello world"),
    "the last of two queries": (b'{"query": "{", "query": "{hello}"}', "hello world"),
    "an undeclared variable": (b'{"query": "{hello(name: $n)}", "variables": {"n": "you"}}', "hello you"),
    "arrays at the limit": (
        b'{"query": "{hello}", "variables": {"a": ' + b"[" * 62 + b"]" * 62 + b"}}",
        "hello world",
    ),
    "arrays side by side": (
        b'{"query": "{hello}", "variables": {"a": [' + b"[]," * 1_000 + b"[]]}}",
        "hello world",
    ),
    "brackets in strings": (
        b'{"query": "{hello}", "variables": {"a": "\\"' + b"[{" * 100 + b'", "b": []}}',
        "hello world",
    ),
}


@pytest.mark.parametrize(("body", "expected"), WELL_FORMED.values(), ids=WELL_FORMED.keys())
async def test_post_that_is_well_formed_executes(body: bytes, expected: object) -> None:
    response = await post(body)
    assert (response.status_code, response.json()) == (200, {"data": {"hello": expected}})


@pytest.mark.parametrize("length", ["0", "5", "999999999"])
async def test_body_is_counted_whatever_its_length_is_said_to_be(length: str) -> None:
    endpoint = Endpoint(door=small_door())
    large = await post(chunks(b" " * 400, 3), endpoint, content_length=length)
    small = await post(chunks(orjson.dumps(HELLO), 1), endpoint, content_length=length)
    assert (large.status_code, code(large)) == (413, "TOO_LARGE")
    assert (small.status_code, endpoint.executed) == (200, 1)


async def test_body_too_large_is_not_read_to_its_end() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1_000):
            read += 1
            yield b" " * 100

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = Endpoint(door=small_door())
        response = await endpoint.handle(Request(scope, receive))
        await response(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        response = await client.post("/graphql", content=endless(), headers={"content-type": JSON})
    assert (response.status_code, read) == (413, 11)


async def test_body_that_ends_early_is_400() -> None:
    messages = iter(
        [{"type": "http.request", "body": b'{"query', "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Any:
        return next(messages)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}
    response = await Endpoint().handle(Request(scope, receive))
    assert response.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 999_999,
        b"[]," * 333_000,
        b'{"query": "{hello}", "variables": {"a": [' + b"[[]]," * 190_000 + b"[]]}}",
        b'"' + b'\\"' * 499_000,
        b'{"query": "' + b"{a" * 31_000 + b'"}',
        b'{"query": "' + b"[" * 100_000 + b'"}',
        b'{"query": "{hello}", "variables": {"a": "' + b"x" * 900_000 + b'"}}',
    ],
    ids=["arrays", "flat arrays", "pairs of arrays", "escapes", "selections", "brackets", "a long text"],
)
async def test_hostile_body_costs_under_half_a_second(body: bytes) -> None:
    endpoint = Endpoint()
    async with endpoint.client() as client:
        with cost() as spent:
            response = await client.post("/graphql", content=body, headers={"content-type": JSON})
    assert response.status_code in (200, 400)
    assert spent.seconds < 0.5
