"""The servers as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from scripts.benchmark.credentials import ROLE, Credentials
from scripts.benchmark.errors import BenchmarkError
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
APPLICATION = Path(__file__).parent / "application.yaml"
PROFILE = "5e11e12a3b4c4d5e8f60718293a4b5c6"
USER = "seller@example.org"
API_USER = "till@example.org"
START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers: its name, base URL and process, and the seconds from its start to the first answer."""

    name: str
    url: str
    pid: int
    started_in: float


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    probe: str = "/",
) -> Iterator[Server]:
    """`COMMAND --port PORT`, ready when `probe` is answered with less than 500; its log is in `folder`.

    Raises `BenchmarkError` with the log's end when it does not start.
    """
    port = free_port()
    log = folder / f"{name}.log"
    begun = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [*command, "--port", str(port)],
            cwd=folder,
            env=server_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url + probe, log)
        yield Server(name, url, process.pid, time.monotonic() - begun)
    finally:
        _stop(process)


def actionql(definition: Path, data: Path) -> list[str | Path]:
    """The command of our server."""
    return _python("app", "serve", definition, "--data", data)


def floor(database: Path | str) -> list[str | Path]:
    """The command of the floor server for a SQLite file or a PostgreSQL URL."""
    kind = "postgres" if str(database).startswith("postgresql://") else "sqlite"
    return _python(f"scripts.benchmark.floor.{kind}", database)


def plain(database: Path | str) -> list[str | Path]:
    """The command of the plain server for a SQLite file or a PostgreSQL URL."""
    if str(database).startswith("postgresql://"):
        url = str(database).replace("postgresql://", "postgresql+asyncpg://")
    else:
        url = f"sqlite+aiosqlite:///{database}"
    return _python("scripts.benchmark.plain", url)


def rest_authorization(data: Path, environment: Mapping[str, str]) -> str:
    """The Authorization header of calls to our REST door: makes a user with a key, beside the running server."""
    where = ["--definition", str(APPLICATION), "--data", str(data)]
    _run(["users", "add", API_USER, "--role", ROLE, *where], environment)
    key = _run(["keys", "create", "--user", API_USER, *where], environment).strip()
    return f"Basic {b64encode(f'{API_USER}:{key}'.encode()).decode()}"


def _run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    ended = subprocess.run(  # noqa: S603 - our own commands
        _python("app", *command),
        env=server_environment(environment),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    if ended.returncode:
        raise BenchmarkError(f"{command[0]} failed: {ended.stderr[-1000:]}")
    return ended.stdout


def authorization(server: Server, credentials: Credentials) -> str:
    """The Authorization header that this server's calls are sent with."""
    if server.name == "floor":
        return f"Bearer {credentials.floor_token}"
    if server.name == "plain":
        return f"Bearer {credentials.plain_token(int(time.time()) + 7200)}"
    return f"Bearer {_log_in(server, credentials)}"


def _log_in(server: Server, credentials: Credentials) -> str:
    query = """mutation ($profile: String!, $user: String, $password: String) {
        login(authProfileUuid: $profile, username: $user, password: $password) { jwtToken } }"""
    variables = {"profile": PROFILE, "user": USER, "password": credentials.password}
    answer = httpx.post(f"{server.url}/graphql", json={"query": query, "variables": variables}, timeout=30)
    try:
        return str(answer.json()["data"]["login"]["jwtToken"])
    except (ValueError, KeyError, TypeError):
        raise BenchmarkError(f"The login was refused: {answer.text[:500]}") from None


def server_environment(own: Mapping[str, str]) -> dict[str, str]:
    """The environment of a server's process, with variables of its own."""
    # Settings of whoever starts the benchmark must not reach the servers; compiled code may be kept as usual.
    left_out = ("ACTIONQL_", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**kept, "PYTHONPATH": str(ROOT), **own}


def _python(module: str, *arguments: str | Path) -> list[str | Path]:
    return [sys.executable, "-m", module, *arguments]


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(timeout=5) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(url).status_code < 500:
                    return
            except httpx.TransportError:
                time.sleep(0.01)
    told = log.read_text(errors="replace")[-3000:]
    raise BenchmarkError(f"{' '.join(map(str, process.args))} did not start:\n{told}")  # type: ignore[arg-type]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
