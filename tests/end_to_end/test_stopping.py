"""A server that is to stop does not wait for callers who wait for news of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server, running_server

DEFINITION = """
application: office
uuid: 3a1e8d7c6b5a4c3d9e8f706152433434
actions:
  Ask:
    allow: [public]
    triggers: {incoming_api: {mode: poll, anonymous: true}}
    steps:
      - ask: {title: How many?, fields: {amount: {kind: number}}}
"""
START = 'mutation { startAction(id: "Ask") { runId } }'
WATCH = "query ($id: ID!) { run(id: $id, waitSeconds: 30, whileState: waiting_for_input) { state } }"
POLL = "/phixflow/api/1/action/office/Ask"
SECONDS = 25
"""Less than what a caller may wait for."""


@pytest.fixture(params=[1, 2])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server of one process, and one of several."""
    definition = tmp_path / "office.yaml"
    definition.write_text(DEFINITION)
    with running_server(definition, "--workers", str(request.param), data=tmp_path / "data") as server:
        yield server


def ask(server: Server, query: str, **variables: str) -> dict[str, dict[str, str]]:
    body = {"query": query, "variables": variables}
    answer = httpx.post(f"{server.url}/graphql", json=body, timeout=60)
    return dict(answer.json()["data"])


def poll(server: Server) -> httpx.Response:
    started = httpx.post(f"{server.url}{POLL}/trigger").json()["processId"]
    return httpx.get(f"{server.url}{POLL}/poll/{started}?timeout=30000", timeout=60)


def test_callers_who_wait_are_answered_with_the_run_as_it_is(server: Server) -> None:
    run = ask(server, START)["startAction"]["runId"]
    with ThreadPoolExecutor() as pool:
        watched: Future[dict[str, dict[str, str]]] = pool.submit(ask, server, WATCH, id=run)
        polled = pool.submit(poll, server)
        time.sleep(2)
        assert not watched.done()
        assert not polled.done()
        server.process.terminate()
        assert watched.result(SECONDS) == {"run": {"state": "waiting_for_input"}}
        assert polled.result(SECONDS).json()["state"] == "waiting_for_input"
    assert server.process.wait(SECONDS) == 0
