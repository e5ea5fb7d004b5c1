"""Directus: a schema from the tables that it finds, and rights by policies of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from scripts.benchmark.calls import FILTER, NEW, RECORDS, VALUE, graphql
from scripts.benchmark.credentials import ROLE
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.peers.peer import FOLDER, LIFETIME, NODE, Environment, Peer, node, without_frame
from scripts.benchmark.servers import USER, Server, server_environment

ADMIN = "admin@example.org"
BOOTSTRAP_SECONDS = 180
_ARGUMENTS = f'filter: {{city: {{_eq: $city}}, price: {{_gte: $price}}}}, sort: ["price"], limit: {RECORDS}'
_VARIABLES = "$city: String, $price: GraphQLStringOrFloat"


def _environment(url: str, secret: str) -> Environment:
    return {
        "DB_CLIENT": "pg",
        "DB_CONNECTION_STRING": url,
        "SECRET": secret,
        "ADMIN_EMAIL": ADMIN,
        "ADMIN_PASSWORD": secret,
        "ACCESS_TOKEN_TTL": f"{LIFETIME}s",
        "HOST": "127.0.0.1",
        "LOG_LEVEL": "error",
        "TELEMETRY": "false",
        # It would refuse requests while it is busy.
        "PRESSURE_LIMITER_ENABLED": "false",
    }


def _prepare(environment: Environment, folder: Path) -> None:
    """Makes its tables."""
    program = FOLDER / "node_modules" / "@directus" / "api" / "dist" / "cli" / "run.js"
    ended = subprocess.run(  # noqa: S603 - our own command
        [NODE, program, "bootstrap"],
        cwd=folder,
        env=server_environment(environment),
        capture_output=True,
        text=True,
        timeout=BOOTSTRAP_SECONDS,
        check=False,
    )
    if ended.returncode:
        raise BenchmarkError(f"Directus could not make its tables:\n{(ended.stdout + ended.stderr)[-3000:]}")


def _authorization(server: Server, secret: str) -> str:
    """Tells it of the comments of a product and of a user who may read and create, and logs that user in."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        client.headers["Authorization"] = _log_in(client, ADMIN, secret)
        comments = {"field": "comments", "type": "alias", "schema": None, "meta": {"special": ["o2m"]}}
        _ask(client, "POST", "/fields/product", comments)
        _ask(client, "PATCH", "/relations/comment/product_id", {"meta": {"one_field": "comments"}})
        allowed = [(model, "read") for model in ("person", "product", "comment")] + [("product", "create")]
        permissions = [
            {"collection": model, "action": action, "fields": ["*"], "permissions": {}}
            for model, action in allowed
        ]
        role = {"name": ROLE, "policies": [{"policy": {"name": ROLE, "permissions": permissions}}]}
        _ask(client, "POST", "/users", {"email": USER, "password": secret, "role": role})
        return _log_in(client, USER, secret)


def _log_in(client: httpx.Client, email: str, password: str) -> str:
    found = _ask(client, "POST", "/auth/login", {"email": email, "password": password})
    return f"Bearer {found['access_token']}"


def _ask(client: httpx.Client, method: str, path: str, body: Mapping[str, Any]) -> Any:
    answer = client.request(method, path, json=body)
    if answer.status_code != httpx.codes.OK:
        raise BenchmarkError(f"Directus: {path}: {answer.status_code} {answer.text[:1000]}")
    return answer.json()["data"]


DIRECTUS = Peer(
    name="directus",
    rights="JWT; its own policies; an activity and a revision for each new record",
    command=node("directus.mjs"),
    environment=_environment,
    prepare=_prepare,
    authorization=_authorization,
    alike=without_frame,
    probe="/server/ping",
    questions={
        "list": graphql(
            f"query List({_VARIABLES}) {{ product({_ARGUMENTS}) {{ id name city price stock }} }}",
            FILTER,
            ("product",),
        ),
        "nested": graphql(
            f"query Nested({_VARIABLES}) {{ product({_ARGUMENTS}) "
            "{ id name price owner: owner_id { id name } comments { id body } } }",
            FILTER,
            ("product",),
        ),
        "get": graphql(
            "query Get($id: ID!) { product_by_id(id: $id) { id name city price stock } }",
            {"id": VALUE},
            ("product_by_id",),
        ),
        "create": graphql(
            "mutation Create($input: create_product_input!) { create_product_item(data: $input) { id name } }",
            {"input": {**NEW, "owner_id": "1"}},
            ("create_product_item",),
        ),
    },
)
