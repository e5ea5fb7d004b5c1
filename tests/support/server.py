"""The server as its own process, and a small server for it to fetch from."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: its base URL (without a slash at the end), its log and its process."""

    url: str
    log: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End the server and its workers as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running_server(*args: str | Path, data: Path, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """`actionql serve ARGS` on a free port with its state in `data`, ready to answer.

    Settings come from `env` alone; relative paths count from the folder of `data`. The log is a file beside
    `data`; a second start goes on in it. At the end the server gets SIGTERM and has to leave with code 0,
    unless the test has killed it.
    """
    port = free_port()
    log = data.with_name(f"{data.name}.log")
    options: list[str | Path] = ["--host", "127.0.0.1", "--port", str(port), "--data", data]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", *args, *options],
            cwd=data.parent,
            env=_environment(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", log, process)
    try:
        _wait_until_ready(server)
        yield server
        if process.returncode != -signal.SIGKILL:
            _stop(server)
    finally:
        _clean_up(process)


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("ACTIONQL_", "DATABASE_"))
    }
    return {**own, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **env}


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError(
                f"the server left with {server.process.returncode}:\n{server.log.read_text()}"
            )
        try:
            if httpx.get(f"{server.url}/readyz", timeout=1).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the server was not ready after {START_SECONDS} s:\n{server.log.read_text()}")


def _stop(server: Server) -> None:
    server.process.terminate()
    try:
        code = server.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"the server did not stop:\n{server.log.read_text()}") from None
    assert code == 0, f"the server stopped with {code}:\n{server.log.read_text()}"


def _clean_up(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait()
