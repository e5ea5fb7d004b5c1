"""Requests to an endpoint of the toy schema, and the code of the error they are answered with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson

from app.schema.answers import JSON
from tests.unit.schema.toy import Endpoint

HELLO = {"query": "{hello}"}


async def post(
    content: Any, endpoint: Endpoint | None = None, url: str = "/graphql", **headers: str
) -> httpx.Response:
    """POST bytes or a chunked body as JSON, unless the headers say otherwise; `_` stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (endpoint or Endpoint()).client() as client:
        return await client.post(url, content=content, headers={"content-type": JSON, **named})


async def post_json(body: object, endpoint: Endpoint | None = None, **headers: str) -> httpx.Response:
    return await post(orjson.dumps(body), endpoint, **headers)


async def get(query: str, endpoint: Endpoint | None = None, **headers: str) -> httpx.Response:
    async with (endpoint or Endpoint()).client() as client:
        return await client.get(f"/graphql?{query}", headers=headers)


def code(response: httpx.Response) -> str:
    error = response.json()["errors"][0]
    assert set(error) >= {"message", "extensions"}
    assert error["extensions"]["requestId"] == "r-1"
    return str(error["extensions"]["code"])


async def chunks(chunk: bytes, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield chunk
