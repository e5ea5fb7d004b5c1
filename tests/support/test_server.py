"""What a test hears when the server it starts does not start or stop as it should."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.support.server import running_server

READY = """
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(" ".join(sys.argv[1:]).encode())
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Ready)
"""
STOPS_WITH = (
    READY
    + "import signal; signal.signal(signal.SIGTERM, lambda *_: sys.exit({code})); server.serve_forever()"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def pretend(data: Path, program: str) -> None:
    """Make `python -m app` beside `data` run `program`."""
    package = data.parent / "app"
    package.mkdir()
    package.joinpath("__init__.py").touch()
    package.joinpath("__main__.py").write_text(program)


def test_server_gets_its_arguments_and_stops(data: Path) -> None:
    pretend(data, STOPS_WITH.format(code=0))
    with running_server("crm.yaml", "--workers", "2", data=data) as server:
        arguments = httpx.get(server.url).text
    assert arguments.startswith("serve crm.yaml --workers 2 --host 127.0.0.1 --port ")
    assert arguments.endswith(f" --data {data}")


def test_server_that_dies_fails_with_its_log(data: Path) -> None:
    pretend(data, "print('no keystore'); raise SystemExit(3)")
    with pytest.raises(AssertionError, match="left with 3:\nno keystore"), running_server(data=data):
        pytest.fail("it was not ready")


def test_server_that_stops_with_a_failure_fails(data: Path) -> None:
    pretend(data, STOPS_WITH.format(code=1))
    with pytest.raises(AssertionError, match="stopped with 1"), running_server(data=data):
        pass


def test_server_killed_by_its_test_is_no_failure(data: Path) -> None:
    pretend(data, STOPS_WITH.format(code=1))
    with running_server(data=data) as server:
        server.kill()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)
