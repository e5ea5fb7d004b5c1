"""Clients that send a part of a request and then nothing: others are served beside them, and they end."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.server import Server, running_server

HALF_OPEN = 1_000
HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
PARTS = [b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{"]
"""Nothing, half of the headers, and headers with half of a body."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(data=tmp_path / "data", env={"ACTIONQL_REQUEST_SECONDS": "2"}) as server:
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
            one = stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=10))
            one.sendall(part)
            opened.append(one)
        yield opened


@pytest.mark.parametrize("part", PARTS, ids=["nothing", "headers", "body"])
def test_others_are_answered_beside_clients_that_send_no_whole_request(server: Server, part: bytes) -> None:
    with half_open(server, part, HALF_OPEN), httpx.Client(base_url=server.url, timeout=10) as client:
        sleep(3)
        began = monotonic()
        answer = client.post("/graphql", json={"query": "{ __typename }"})
        assert answer.json() == {"data": {"__typename": "Query"}}
        assert monotonic() - began < 1


def test_body_that_does_not_arrive_in_time_ends_its_request(server: Server) -> None:
    with half_open(server, PARTS[2], 1) as (one,):
        assert one.recv(100).startswith(b"HTTP/1.1 4")
