"""The metrics of a running server: what they count, with one worker and with several, and who may see them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.server import running_server

DEFINITION = """
application: shop
uuid: 6a1f0c3e5b7d4f2a9c8e0d1b3a5c7e9f
actions:
  Hello:
    allow: [public]
    result: ="hello"
  Ask:
    allow: [public]
    steps:
      - ask: {title: Well?}
  Fail:
    allow: [public]
    steps:
      - error: no
endpoints:
  Hello: {path: /v1/hello, action: Hello}
"""
TOKEN = "a-token-of-metrics"
SETTLED = 1.5
"""Seconds after which every worker has left its figures."""


def figures(url: str, token: str | None = None) -> dict[str, float]:
    """Every number by its name and labels, as the text has them."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{url}/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
            found[f"{one.name.removeprefix('actionql_')}{{{labels}}}"] = one.value
    return found


def definition(folder: Path) -> Path:
    """The definition in a file."""
    file = folder / "shop.yaml"
    file.write_text(DEFINITION)
    return file


def call(url: str, times: int) -> None:
    """Sends requests of several kinds, each so many times, on connections of their own."""
    for _ in range(times):
        httpx.post(f"{url}/graphql", json={"query": "{ __typename }"})
        httpx.post(f"{url}/graphql", json={"query": 'mutation { action(id: "Hello") }'})
        httpx.post(f"{url}/graphql", json={"query": 'mutation { action(id: "Fail") }'})
        httpx.get(f"{url}/v1/hello")
        httpx.get(f"{url}/v1/nowhere")
        httpx.get(f"{url}/api/models")
        httpx.get(f"{url}/docs")


@pytest.mark.parametrize("workers", [1, 2])
def test_requests_and_runs_of_all_workers_are_counted(
    tmp_path: Path, database_url: str, workers: int
) -> None:
    env = {"DATABASE_URL": database_url}
    arguments: list[str | Path] = [definition(tmp_path), "--workers", str(workers)]
    with running_server(*arguments, data=tmp_path / "data", env=env) as server:
        call(server.url, 6)
        started = 'mutation { startAction(id: "Ask") { runId } }'
        httpx.post(f"{server.url}/graphql", json={"query": started})
        time.sleep(SETTLED)
        for _ in range(3):
            found = figures(server.url)
            for labels, count in {
                "door=graphql,operation=query,status=200": 6,
                "door=graphql,operation=mutation,status=200": 13,
                "door=endpoints,operation=GET,status=200": 6,
                "door=endpoints,operation=GET,status=404": 6,
                "door=rest,operation=GET,status=401": 6,
                "door=pages,operation=GET,status=200": 6,
            }.items():
                assert found[f"requests_seconds_count{{{labels}}}"] == count
            assert found["runs_seconds_count{action=Hello,application=shop,state=completed}"] == 12
            assert found["runs_seconds_count{action=Fail,application=shop,state=fatal_errored}"] == 6
            assert found["runs_open{state=waiting_for_input}"] == 1
            assert found["cached_total{result=hits,what=plans}"] >= 6
            assert len([name for name in found if name.startswith("process_resident_bytes{")]) == workers
            pool = "connections_open{}" if database_url.startswith("postgresql") else "writer_batch_count{}"
            assert found[pool] > 0


def test_counts_never_fall_when_a_worker_dies(tmp_path: Path) -> None:
    with running_server(definition(tmp_path), "--workers", "2", data=tmp_path / "data") as server:
        call(server.url, 6)
        time.sleep(SETTLED)
        before = figures(server.url)
        (victim, *_) = [name for name in before if name.startswith("process_resident_bytes{")]
        os.kill(int(victim.partition("pid=")[2].removesuffix("}")), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while "ready" not in server.log.read_text() or server.log.read_text().count('"ready"') < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(SETTLED)
        after = figures(server.url)
        counted = [name for name in before if "_count{" in name and "writer" not in name]
        assert {name: after[name] for name in counted} == {name: before[name] for name in counted}
        assert victim not in after


def test_refused_logins_and_calls_are_counted(tmp_path: Path) -> None:
    with running_server(data=tmp_path / "data") as server:
        login = 'mutation { login(authProfileUuid: "0d6d2b5c9f6e4d0f8f3f0c1b2a394857", username: "x", password: "y")'
        httpx.post(f"{server.url}/graphql", json={"query": login + " { jwtToken } }"})
        found = figures(server.url)
    assert found["refusals_total{code=UNAUTHENTICATED,operation=login}"] == 1


def test_only_this_machine_sees_them_without_a_token(tmp_path: Path) -> None:
    with running_server(definition(tmp_path), data=tmp_path / "data") as server:
        figures(server.url)
        for headers in (
            {"X-Forwarded-For": "8.8.8.8"},
            {"Forwarded": "for=8.8.8.8"},
            {"Host": "shop.example.org"},
        ):
            answer = httpx.get(f"{server.url}/metrics", headers=headers)
            assert answer.status_code == 404
            assert "actionql_" not in answer.text


def test_in_production_nobody_sees_them_without_a_token(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_server(definition(tmp_path), data=data):
        pass
    env = {"ACTIONQL_ENVIRONMENT": "production"}
    with running_server(definition(tmp_path), data=data, env=env) as server:
        assert httpx.get(f"{server.url}/metrics").status_code == 404
    env["ACTIONQL_METRICS_TOKEN"] = TOKEN
    with running_server(definition(tmp_path), data=data, env=env) as server:
        figures(server.url, TOKEN)
        for headers in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
            answer = httpx.get(f"{server.url}/metrics", headers=headers)
            assert answer.status_code == 401
            assert "actionql_" not in answer.text and TOKEN not in answer.text
