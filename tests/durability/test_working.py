"""Workers apart from the web server: what it starts, they drive; they come back when they die, and stop when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from app.resolvers.runs import start_action
from tests.durability.desk import DEFINITION, SECONDS, desk
from tests.support.server import ROOT


@contextmanager
def working(folder: Path, url: str, processes: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`actionql worker` with its log."""
    log, options = folder / "worker.log", ["--processes", str(processes), "--data", str(folder / "data")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "worker", DEFINITION, *options],
            env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": url},
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


def _children(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a worker has started, without multiprocessing's own."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [pid for pid in map(int, children) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
