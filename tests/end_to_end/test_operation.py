"""A server's life: starting, stopping, starting again, and what it writes down meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.caller import LOGIN, ROOT, Caller
from tests.end_to_end.conftest import APPLICATIONS, EXAMPLES, PASSWORD, QUICK, SECRETS, STAFF, SYSTEM
from tests.end_to_end.databases import run_sql, scalar
from tests.support.files import FileServer, send_head
from tests.support.server import Server, running_server

CANARY = "canaryInAQuery"


@dataclass(frozen=True, slots=True)
class Own:
    """A server of this module's own, with the limits it has by default."""

    server: Server
    database: str
    tools: Caller
    taskings: Caller


@pytest.fixture(scope="module")
def own(
    tmp_path_factory: pytest.TempPathFactory, client: httpx.Client, outbound: dict[str, str]
) -> Iterator[Own]:
    data = tmp_path_factory.mktemp("own") / "data"
    definitions = [APPLICATIONS / "tools.yaml", EXAMPLES / "taskings.yaml"]
    with running_server(*definitions, data=data, env={**SECRETS, **QUICK, **outbound}) as server:
        tools, taskings = (
            Caller(client, f"{server.url}/api/runtime/{name}", secrets=(PASSWORD, str(data)))
            for name in ("tools", "taskings")
        )
        yield Own(server, f"sqlite:///{data / 'actionql.sqlite'}", tools, taskings)


def test_health_and_readiness(own: Own, client: httpx.Client) -> None:
    for path, body in (("/healthz", {"status": "ok"}), ("/readyz", {"status": "ready", "files": "ready"})):
        answer = client.get(f"{own.server.url}{path}")
        assert (answer.status_code, answer.json()) == (200, body)


def test_start_page_leads_to_graphiql(own: Own, client: httpx.Client) -> None:
    answer = client.get(own.server.url, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (307, "/graphql")


def test_path_that_leads_nowhere(own: Own, client: httpx.Client) -> None:
    answer = own.tools.checked(client.get(f"{own.server.url}/api/unknown"))
    assert answer.status_code == 404


def test_request_id_of_the_caller_is_kept_if_it_is_a_plain_one(own: Own) -> None:
    for sent, kept in (("a-plain.id_42", True), ("no\tid", False), ("x" * 65, False), ("short", False)):
        (error,) = own.tools.post({"query": "{ no }"}, **{"X-Request-Id": sent}).json()["errors"]
        assert (error["extensions"]["requestId"] == sent) is kept


def test_guessing_a_password_is_limited(own: Own) -> None:
    wrong = {"profile": STAFF, "username": "bea", "password": "wrong"}
    codes = [own.tools.code(LOGIN, wrong) for _ in range(5)]
    assert codes == ["UNAUTHENTICATED"] * 5
    answer = own.tools.send(LOGIN, {**wrong, "password": PASSWORD})
    (error,) = answer.json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["statusCode"]) == ("TOO_MANY_REQUESTS", 429)
    assert 0 < error["extensions"]["retryAfter"] <= 60
    assert own.tools.tokens(STAFF, "wim", PASSWORD)


async def test_unexpected_failure_tells_its_id_and_nothing_else(own: Own) -> None:
    await run_sql(own.database, "ALTER TABLE tools__line RENAME TO away")
    answer = own.tools.send(
        f"{{ allLine(where: {{text: {{eq: $text}}}}) {{ {CANARY}: totalCount }} }}", {"text": CANARY}
    )
    webhook = own.tools.request("POST", "/action/Write%20line", content=CANARY.encode())
    await run_sql(own.database, "ALTER TABLE away RENAME TO tools__line")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["message"]) == (500, "Something went wrong on the server.")
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    (line,) = [
        line for line in logged(own.server) if line.get("request_id") == error["extensions"]["requestId"]
    ]
    assert (line["level"], line["event"]) == ("error", "unexpected error")
    assert "no such table" in json.dumps(line["exception"])
    assert webhook.status_code == 400


def test_logs_are_json_and_keep_secrets(own: Own, files: FileServer) -> None:
    wim = own.tools.login(STAFF, "wim", PASSWORD)
    for query in (f"{{ {CANARY}", f"{{ {CANARY} }}", f"query {CANARY} {{ __typename }}"):
        wim.send(query)
    wim.post(f'{{"query": "{CANARY}"'.encode())
    wim.refused("Divide", {"by": 0})
    wim.refused("Fetch", {"url": f"http://10.0.0.1/?{CANARY}"})
    wim.send(LOGIN, {"profile": STAFF, "username": "wim", "password": CANARY})
    own.tools.bearing(f"{CANARY}.{CANARY}.{CANARY}").send("{ __typename }")
    text = own.server.log.read_text()
    assert wim.token is not None
    assert [
        secret for secret in (PASSWORD, CANARY, wim.token, wim.token.split(".")[2]) if secret in text
    ] == []
    lines = logged(own.server)
    assert [line["event"] for line in lines].count("ready") == 1
    failed = [line for line in lines if line["event"] == "run failed"]
    assert {(line["action"], line["code"]) for line in failed} >= {
        ("Divide", "STEP_FAILED"),
        ("Fetch", "STEP_FAILED"),
    }
    assert all({"timestamp", "level", "event"} <= set(line) for line in lines)


def test_welcome_tells_addresses_and_how_to_log_in(own: Own) -> None:
    text = own.server.log.read_text().partition('{"')[0]
    address = f"{own.server.url}/api/runtime/99887766554433221100ffeeddccbbaa"
    assert f"{address} and {own.server.url}/graphql" in text
    assert f"{address}/docs and {own.server.url}/docs" in text
    assert f"log in as 'system' with the password in TASKINGS_DATA_API_PASSWORD (profile {SYSTEM})" in text


def test_what_is_too_much_is_refused_and_stopping_lets_the_rest_end(
    tmp_path: Path, client: httpx.Client, files: FileServer, outbound: dict[str, str]
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow(request: BaseHTTPRequestHandler) -> None:
        asked.set()
        go_on.wait(10)
        send_head(request, 200, {"Content-Length": "4"})
        request.wfile.write(b"late")

    url = files.route("/slow", slow)
    env = {**SECRETS, **QUICK, **outbound, "ACTIONQL_IN_FLIGHT": "1", "ACTIONQL_QUEUED": "0"}
    with running_server(APPLICATIONS / "tools.yaml", data=tmp_path / "data", env=env) as server:
        tools = Caller(client, f"{server.url}/graphql")
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(tools.action, "Fetch", {"url": url})
            assert asked.wait(10)
            busy = tools.send("{ __typename }")
            assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
            assert busy.json()["errors"][0]["extensions"]["code"] == "OVERLOADED"
            assert client.get(f"{server.url}/healthz").status_code == 200
            server.process.terminate()
            wait_until_refused(server)
            go_on.set()
            assert result.result(10) == {"status": 200, "body": "late"}
        assert server.process.wait(10) == 0


def wait_until_refused(server: Server) -> None:
    """Wait until the server takes no more connections."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{server.url}/healthz", timeout=1)
        except httpx.TransportError:
            return
        time.sleep(0.02)
    raise AssertionError("the server still takes connections")


async def test_second_start_goes_on_where_the_first_ended(tmp_path: Path, client: httpx.Client) -> None:
    data, database = tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'actionql.sqlite'}"
    with running_server(data=data) as server:
        password = invented(server.log)
        assert first_query(server.log).count(f'username: "system", password: "{password}"') == 1
        assert Caller(client, f"{server.url}/graphql").ask(first_query(server.log))["login"]["jwtToken"]
        pair = Caller(client, f"{server.url}/graphql").tokens(SYSTEM, "system", password)
    assert (data / "keystore.json").stat().st_mode & 0o777 == 0o600
    assert (data / "development.env").stat().st_mode & 0o777 == 0o600
    with running_server(data=data) as server:
        system = Caller(client, f"{server.url}/graphql", token=pair["jwtToken"])
        assert system.ask("{ allSystem { totalCount results { username } } }") == {
            "allSystem": {"totalCount": 1, "results": [{"username": "system"}]}
        }
        assert system.tokens(SYSTEM, "system", password)
    assert await scalar(database, "SELECT count(*) FROM taskings__role") == 2


def invented(log: Path) -> str:
    """The password that the server made up and told."""
    return log.read_text().partition("log in as 'system' with password '")[2].partition("'")[0]


def first_query(log: Path) -> str:
    """The query that the server offers to paste."""
    return log.read_text().partition("A first query for Taskings:")[2].partition('{"applications"')[0]


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"ACTIONQL_ENVIRONMENT": "production", **SECRETS}, "keystore"),
        ({"ACTIONQL_ENVIRONMENT": "test"}, "ACTIONQL_ENVIRONMENT"),
        ({"ACTIONQL_OUTBOUND_ALLOW": "not an address!"}, "ACTIONQL_OUTBOUND_ALLOW"),
        ({"DATABASE_URL": "mysql://somewhere"}, "DATABASE_URL"),
    ],
)
def test_start_that_cannot_be_says_what_to_set(tmp_path: Path, env: dict[str, str], told: str) -> None:
    done = serve(tmp_path, env)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stderr + done.stdout


def test_production_starts_with_what_it_needs(tmp_path: Path, client: httpx.Client) -> None:
    with running_server(data=tmp_path / "data") as server:
        assert invented(server.log)
    refused = serve(tmp_path, {"ACTIONQL_ENVIRONMENT": "production"})
    assert (refused.returncode, "TASKINGS_DATA_API_PASSWORD" in refused.stderr) == (1, True)
    env = {**SECRETS, **QUICK, "ACTIONQL_ENVIRONMENT": "production"}
    with running_server(data=tmp_path / "data", env=env) as server:
        text = server.log.read_text().partition('"ready"')[2]
        door = Caller(client, f"{server.url}/graphql")
        assert door.ask("{ __typename }") == {"__typename": "Query"}
        assert door.code("{ __schema { queryType { name } } }") == "UNAUTHENTICATED"
        assert door.request("GET", "", headers={"Accept": "text/html"}).status_code == 403
        assert "log in as" not in text


def serve(folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A start that is to fail."""
    return subprocess.run(
        [sys.executable, "-m", "app", "serve", "--port", "0", "--data", "data"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def logged(server: Server) -> list[dict[str, Any]]:
    """The lines of the log behind the welcome."""
    lines = server.log.read_text().splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith('{"'))
    return [json.loads(line) for line in lines[first:]]
