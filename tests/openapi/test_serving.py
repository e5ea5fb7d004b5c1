"""Who is given a description where, and what comes with it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.edge import Applications, Edge
from app.functions import load_application
from app.main import EXAMPLES, open_applications
from app.resolvers.keys import create_user_key
from app.resolvers.users import add_user
from app.schema.endpoint import GraphQLEndpoint
from app.server.opening import close_server, open_server
from app.server.routes import routes
from app.settings import load
from tests.openapi.described import DEFINITION, paths

SHOES = "c2a1b0d9e8f74a6b9c5d4e3f2a1b0c9d"
APPLICATIONS = (DEFINITION, EXAMPLES / "shoes.yaml")


@pytest.fixture
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server with two applications, changed as the parameter says; its user has a key."""
    update: dict[str, Any] = getattr(request, "param", {})
    server = await open_server(load(env_file=None, data=tmp_path / "data"))
    try:
        found = [load_application(path).application.model_copy(update=update) for path in APPLICATIONS]
        generations = await open_applications(server, found, {})
        edge = Edge(server, Applications(generations))
        await add_user(server, found[0], "ada@example.org", ["chief"])
        key = (await create_user_key(server, found[0], "ada@example.org")).text
        app = Starlette(routes=routes(edge, GraphQLEndpoint(edge)))
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            client.headers["x-key"] = key
            yield client
    finally:
        await close_server(server)


async def test_description_is_of_the_application_of_the_path_or_the_first(client: httpx.AsyncClient) -> None:
    first = (await client.get("/openapi.json")).json()
    assert first["info"]["title"] == "Described"
    assert first["servers"] == [{"url": "http://shop.test"}]
    assert "GET /api/models/worker/records" in paths(first)
    named = (await client.get(f"/api/runtime/{SHOES}/openapi.json")).json()
    assert named["info"]["title"] == "Shoe shop"
    assert f"POST /api/runtime/{SHOES}/endpoints/v1/create_shoe" in paths(named)
    same = (await client.get("/api/runtime/described/openapi.json")).json()
    assert same == first


@pytest.mark.parametrize("client", [{"hosts": ("shop.test",)}], indirect=True)
async def test_description_is_of_the_application_of_the_host(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json()["info"]["title"] == "Described"
    other = await client.get("/openapi.json", headers={"Host": "elsewhere.test"})
    assert other.json()["info"]["title"] == "Described"


async def test_paths_of_a_description_are_served(client: httpx.AsyncClient) -> None:
    for application in ("described", SHOES):
        for path in paths((await client.get(f"/api/runtime/{application}/openapi.json")).json()):
            method, template = path.split()
            answer = await client.request(method, template.replace("{", "").replace("}", ""))
            assert "There is nothing at this path." not in answer.text, path
            assert answer.status_code != 405, path


async def test_unknown_application_has_no_description(client: httpx.AsyncClient) -> None:
    for path in ("openapi.json", "docs"):
        answer = await client.get(f"/api/runtime/{'0' * 32}/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("client", [{"status": "live"}], indirect=True)
async def test_description_of_a_live_application_wants_the_privilege(client: httpx.AsyncClient) -> None:
    for path in ("/openapi.json", "/docs", f"/api/runtime/{SHOES}/openapi.json"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
        assert "paths" not in answer.text
    known = await client.get("/openapi.json", auth=("ada@example.org", client.headers["x-key"]))
    assert (known.status_code, known.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize("client", [{"private_data_mode": True}], indirect=True)
async def test_description_in_private_data_mode_is_for_builders(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "PRIVATE_DATA_MODE")


async def test_caller_with_a_key_is_told_what_is_hidden_from_others(client: httpx.AsyncClient) -> None:
    auth = ("ada@example.org", client.headers["x-key"])
    assert "wage" in (await client.get("/openapi.json", auth=auth)).text
    assert "wage" not in (await client.get("/openapi.json")).text
    wrong = await client.get("/openapi.json", auth=("ada@example.org", "wrong"))
    assert wrong.status_code == 401


async def test_page_is_served_with_its_policy(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert "http" not in page.text.replace("http-equiv", "")
    settings = page.text.partition('id="settings">')[2].partition("<")[0]
    assert json.loads(settings) == {"document": "/openapi.json"}
    named = await client.get(f"/api/runtime/{SHOES}/docs")
    assert f'"/api/runtime/{SHOES}/openapi.json"' in named.text
