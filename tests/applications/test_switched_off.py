"""What a definition does not ask for is not there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.checks import load_checked
from app.resolvers.keys import create_user_key
from app.resolvers.users import add_user
from app.steps import KINDS
from tests.keys.depot import basic
from tests.permissions.serving import Serving, serving, settings

DEFINITION = Path(__file__).parent / "bare.yaml"
RUNTIME = "/api/runtime/bare"
ID = "AAAAAAAAAAAAAAAAAAAAAA"
FILE: dict[str, Any] = {"files": {"file": ("a.txt", b"words", "text/plain")}}


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[Serving]:
    given = settings(f"sqlite:///{tmp_path / 'x.sqlite'}", tmp_path)
    async with serving(given, load_checked(DEFINITION, steps=KINDS).application) as served:
        yield served


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("POST", f"{RUNTIME}/uploads", FILE | {"data": {"reference": "a", "expires": "1", "signature": "x"}}),
        ("GET", f"{RUNTIME}/assets/{'0' * 32}/a.txt?expires=1&signature=x", {}),
        ("POST", f"{RUNTIME}/action/Write", {}),
        ("GET", f"{RUNTIME}/action/Write/and/more", {}),
        ("GET", f"{RUNTIME}/action/Nothing", {}),
        ("GET", f"/{ID}/sessions/{ID}", {}),
        ("POST", f"/{ID}/sessions/{ID}", {"data": {"token": "x"}}),
        ("POST", "/v1/login", {"json": {"username": "a", "password": "b"}}),
        ("POST", "/v1/logout", {}),
        ("GET", "/v1/notes", {}),
        ("POST", "/phixflow/api/1/action/bare/Write/trigger", {}),
        ("POST", "/phixflow/api/1/action/Write/trigger", {}),
        ("GET", f"/phixflow/api/1/action/bare/Write/poll/{'0' * 32}", {}),
    ],
)
async def test_door_that_is_not_asked_for_is_not_there(
    bare: Serving, method: str, path: str, options: dict[str, Any]
) -> None:
    answer = await bare.client.request(method, path, **options)
    assert answer.status_code == 404, answer.text
    assert "Write" not in answer.text


async def test_assets_of_rest_are_not_there_without_files(bare: Serving) -> None:
    await add_user(bare.server, bare.generation.application, "a@example.org", ["clerk"])
    key = await create_user_key(bare.server, bare.generation.application, "a@example.org")
    headers = {"authorization": basic("a@example.org", key.text)}
    answer = await bare.client.post("/api/assets", headers=headers, **FILE)
    assert answer.status_code == 404, answer.text
    assert not [*(bare.server.settings.data / "assets").rglob("*.*")]


async def test_module_that_is_none_is_refused_like_a_wrong_key(bare: Serving) -> None:
    answer = await bare.client.post(f"/api/execution/{ID}/sessions", headers={"authorization": "Bearer x"})
    assert answer.status_code == 401


async def test_description_has_no_door_that_is_not_there(bare: Serving) -> None:
    described = (await bare.client.get("/openapi.json")).json()
    paths = [*described["paths"]]
    assert paths
    for part in ("uploads", "assets/{id}", "/action/", "sessions", "phixflow", "/v1/", "execution"):
        assert not [path for path in paths if part in path and not path.startswith("/api/models")], part
    assert "module_key" not in json.dumps(described.get("components", {}).get("securitySchemes", {}))
