"""Workers apart from the web server: what it starts, they drive; they come back when they die, and stop when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from time import monotonic, sleep

import httpx
import pytest

from app.resolvers.runs import start_action
from tests.durability.desk import DEFINITION, SECONDS, desk
from tests.support.ports import free_port
from tests.support.server import ROOT


@contextmanager
def working(
    folder: Path, url: str, processes: int, **env: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`actionql worker` with its log."""
    log, options = folder / "worker.log", ["--processes", str(processes), "--data", str(folder / "data")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "worker", DEFINITION, *options],
            env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": url, **env},
            cwd=folder,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process, log
    finally:
        process.kill()
        process.wait()


def until(holds: Callable[[], bool], log: Path) -> None:
    deadline = monotonic() + 2 * SECONDS
    while not holds():
        assert monotonic() < deadline, log.read_text()
        sleep(0.05)


async def test_workers_drive_what_the_web_server_starts_and_come_back_when_they_die(
    tmp_path: Path, postgres_database: str
) -> None:
    async with desk(tmp_path, postgres_database, driving=False) as web:
        with working(tmp_path, postgres_database, 2) as (process, log):
            until(lambda: log.read_text().count('"working"') == 2, log)
            started = await start_action(web.context, "Three", {"n": 1})
            assert started.state == "created"
            await web.until(started.id, "completed")
            os.kill(_children(process)[0], signal.SIGKILL)
            until(lambda: log.read_text().count('"working"') == 3, log)
            process.terminate()
            assert process.wait(SECONDS) == 0
            assert log.read_text().count("worker died") == 1


async def test_worker_on_sqlite_drives_what_the_web_server_starts(
    tmp_path: Path, sqlite_database: str
) -> None:
    async with desk(tmp_path, sqlite_database, driving=False) as web:
        started = await start_action(web.context, "Three", {"n": 1})
        with working(tmp_path, sqlite_database, 1) as (process, _):
            await web.until(started.id, "completed")
            process.terminate()
            assert process.wait(SECONDS) == 0


async def test_workers_tell_at_a_port_of_their_own_how_they_are(
    tmp_path: Path, postgres_database: str
) -> None:
    port = free_port()
    address, env = f"http://127.0.0.1:{port}", {"ACTIONQL_WORKER_PORT": str(port)}
    ended = 'runs_seconds_count{action="Three",application="runs",state="completed"} 6.0'

    def asked(path: str) -> httpx.Response:
        # On a connection of its own, which leads to any of the processes.
        return httpx.get(f"{address}{path}", timeout=SECONDS)

    async with desk(tmp_path, postgres_database, driving=False) as web:
        with working(tmp_path, postgres_database, 2, **env) as (process, log):
            until(lambda: log.read_text().count('"working"') == 2, log)
            assert (asked("/healthz").json(), asked("/readyz").json()) == (
                {"status": "ok"},
                {"status": "ready", "files": "ready"},
            )
            for n in range(6):
                started = await start_action(web.context, "Three", {"n": n})
                await web.until(started.id, "completed")
            until(lambda: all(ended in asked("/metrics").text for _ in range(6)), log)
            assert asked("/metrics").text.count("actionql_process_resident_bytes{") == 2
            assert asked("/graphql").status_code == 404
            process.terminate()
            assert process.wait(SECONDS) == 0


@pytest.mark.parametrize("processes", [1, 2])
def test_worker_whose_port_is_taken_says_so(tmp_path: Path, sqlite_database: str, processes: int) -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = {"ACTIONQL_WORKER_PORT": str(port)}
        with working(tmp_path, sqlite_database, processes, **env) as (process, log):
            assert process.wait(SECONDS) == 1
            said = log.read_text()
    assert f"ACTIONQL_WORKER_PORT: nothing can listen at 127.0.0.1 port {port}: Address already" in said
    assert "Traceback" not in said


def _children(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a worker has started, without multiprocessing's own."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [pid for pid in map(int, children) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
