"""A door that takes keys: over HTTPS alone, and without a word too many."""

from __future__ import annotations

import base64
import gc
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.auth.keys import new_key
from app.edge import Applications, Edge, plain_error
from app.edge.proxies import TrustedProxies
from app.errors import Unauthenticated
from app.resolvers.users import add_user
from tests.keys.depot import Depot, basic, opened, settings
from tests.permissions.test_logins import auc

ADA = "ada@example.com"


def door(depot: Depot) -> Starlette:
    """A door that tells who came and from where."""
    edge = Edge(depot.server, Applications([depot.generation]))

    async def answer(request: Request) -> Response:
        try:
            context = await edge.context_by_key(request, "rest")
        except Exception as error:
            return plain_error(request, error)
        return JSONResponse({"key": context.principal.key, "door": context.door, "address": context.address})

    trusted = depot.server.settings.trusted_proxies
    return Starlette(routes=[Route("/", answer)], middleware=[Middleware(TrustedProxies, trusted)])


@asynccontextmanager
async def caller(depot: Depot, address: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=door(depot), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@asynccontextmanager
async def serving(url: str, folder: Path, **given: Any) -> AsyncIterator[tuple[Depot, str]]:
    """The depot with a key of Ada's."""
    async with opened(settings(url, folder, **given)) as depot:
        await add_user(depot.server, depot.application, ADA, ["clerk"])
        yield depot, await depot.rest_key(ADA)


async def test_context_by_key_has_the_key_the_door_and_the_address(
    sqlite_database: str, tmp_path: Path
) -> None:
    async with serving(sqlite_database, tmp_path) as (depot, key), caller(depot) as client:
        answered = (await client.get("/", headers={"authorization": basic(ADA, key)})).json()
    assert answered == {"key": answered["key"], "door": "rest", "address": "127.0.0.1"}
    assert len(answered["key"]) == 16


@pytest.mark.parametrize("header", ["", "Basic nonsense", "right"])
async def test_plain_http_is_refused_before_credentials_are_read(
    sqlite_database: str, tmp_path: Path, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(sqlite_database, tmp_path) as (depot, key), caller(depot, "192.0.2.1") as client:

        async def unread(*_: object) -> None:
            raise AssertionError("the credentials were read")

        monkeypatch.setattr("app.edge.contexts.authenticate_basic", unread)
        sent = basic(ADA, key) if header == "right" else header
        answered = await client.get(
            "/", headers={"authorization": sent, "x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1"}
        )
    assert answered.status_code == 400
    assert answered.json()["error"]["code"] == "HTTPS_REQUIRED"


async def test_plain_http_is_taken_where_the_operator_says_so(sqlite_database: str, tmp_path: Path) -> None:
    server = serving(sqlite_database, tmp_path, allow_http=True)
    async with server as (depot, key), caller(depot, "192.0.2.1") as client:
        answered = await client.get("/", headers={"authorization": basic(ADA, key)})
    assert (answered.status_code, answered.json()["address"]) == (200, "192.0.2.1")


async def test_trusted_proxy_tells_where_a_request_comes_from(sqlite_database: str, tmp_path: Path) -> None:
    server = serving(sqlite_database, tmp_path, trusted_proxies=("10.0.0.1",))
    async with server as (depot, key), caller(depot, "10.0.0.1") as client:
        told = {"x-forwarded-proto": "https", "x-forwarded-for": "127.0.0.1, 203.0.113.9"}
        answered = await client.get("/", headers={"authorization": basic(ADA, key), **told})
        silent = await client.get("/", headers={"authorization": basic(ADA, key)})
    assert (answered.status_code, answered.json()["address"]) == (200, "203.0.113.9")
    assert silent.json()["error"]["code"] == "HTTPS_REQUIRED"


async def test_keys_are_in_no_file_and_no_answer(
    sqlite_database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ""
    async with serving(sqlite_database, tmp_path) as (depot, rest), caller(depot) as client:
        incoming, module = await depot.incoming_key(ADA), (await depot.module_key()).text
        await add_user(depot.server, depot.application, "bob@example.com", [], "hunter2hunter2")
        for key in (rest, incoming, module):
            for sent in (basic(ADA, key), basic("x", key), f"Bearer {key}", key):
                said += (await client.get("/", headers={"authorization": sent})).text
            with pytest.raises(Unauthenticated) as raised:
                await depot.by_module(key, "Close gate")
            said += repr(raised.value)
        await depot.by_basic(ADA, rest)
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    printed = "".join(capfd.readouterr())
    assert b"actionql_key" in written
    for secret in (rest, incoming.split(".")[2], incoming.split(".")[3], module, "hunter2hunter2"):
        for form in (secret, base64.b64encode(f"{ADA}:{secret}".encode()).decode()):
            assert form not in said + printed
            assert form.encode() not in written


async def test_known_and_unknown_users_and_keys_take_the_same_time(
    sqlite_database: str, tmp_path: Path
) -> None:
    async with serving(sqlite_database, tmp_path, wrong_keys_per_address_minute=100_000) as (depot, _):
        headers = {"known": basic(ADA, new_key()[1]), "unknown": basic("bob@example.com", new_key()[1])}
        taken: dict[str, list[int]] = {"known": [], "unknown": []}
        order = ["known", "unknown"] * 400
        random.Random(1).shuffle(order)
        gc.disable()
        try:
            for who in order:
                started = perf_counter_ns()
                with pytest.raises(Unauthenticated):
                    await depot.by_header(headers[who])
                taken[who].append(perf_counter_ns() - started)
        finally:
            gc.enable()
    assert 0.4 < auc(taken["known"], taken["unknown"]) < 0.6


def test_header_of_basic_is_utf_8() -> None:
    assert basic("ä", "k") == "Basic w6Q6aw=="
