"""Clients that send a part of a request and then nothing: others are served beside them, and they end."""

from __future__ import annotations

import resource
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.server import Server, running_server

HALF_OPEN = 1_000
HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
PARTS = [b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{"]
"""Nothing, half of the headers, and headers with half of a body."""


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits for a request for as long as the test runs."""
    data = tmp_path_factory.mktemp("patient") / "data"
    with running_server(data=data, env={"ACTIONQL_REQUEST_SECONDS": "60"}) as server:
        yield server


@contextmanager
def half_open(server: Server, part: bytes, many: int) -> Iterator[list[socket.socket]]:
    """Connections on which a part of a request was sent."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, many + 500)), hard))
    address = urlsplit(server.url)
    with ExitStack() as stack:
        opened = []
        for _ in range(many):
            one = stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=30))
            one.sendall(part)
            opened.append(one)
        yield opened


@pytest.mark.parametrize("part", PARTS, ids=["nothing", "headers", "body"])
def test_others_are_answered_beside_clients_that_send_no_whole_request(patient: Server, part: bytes) -> None:
    with half_open(patient, part, HALF_OPEN) as opened:
        assert answers(patient)
        ended = select.poll()
        for one in opened:
            ended.register(one, select.POLLIN)
        assert ended.poll(0) == [], "it did not wait for any of them"


def test_bodies_that_do_not_arrive_in_time_end_their_requests(tmp_path: Path) -> None:
    env = {"ACTIONQL_REQUEST_SECONDS": "2"}
    with (
        running_server(data=tmp_path / "data", env=env) as server,
        half_open(server, PARTS[2], HALF_OPEN) as opened,
    ):
        for one in opened:
            assert one.recv(100).startswith(b"HTTP/1.1 4")
        assert answers(server)


def answers(server: Server) -> bool:
    """Whether somebody else is answered as usual."""
    with httpx.Client(base_url=server.url, timeout=30) as client:
        answer = client.post("/graphql", json={"query": "{ __typename }"})
    return bool(answer.json() == {"data": {"__typename": "Query"}})
