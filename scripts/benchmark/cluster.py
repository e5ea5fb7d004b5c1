"""A PostgreSQL server of the benchmark's own, as durable as one in use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.postgres import find_binaries, run, server_account

SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "100", "shared_buffers": "256MB"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server with its main process."""

    binaries: Path
    port: int
    pid: int

    def create(self, name: str, template: str = "template1") -> str:
        """The URL of a new database like `template`, to which nobody may be connected."""
        place = ["--host=127.0.0.1", f"--port={self.port}", "--username=postgres"]
        run([str(self.binaries / "createdb"), *place, f"--template={template}", name])
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """A new cluster in a new folder; every commit there reaches the disk."""
    binaries, account, port = find_binaries(), server_account(), free_port()
    folder.mkdir()
    if account is not None:
        shutil.chown(folder, account)
    data = folder / "data"
    layout = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    run([str(binaries / "initdb"), f"--pgdata={data}", *layout], account)
    control = [str(binaries / "pg_ctl"), "--silent", f"--pgdata={data}", "--wait"]
    options = [f"-c {name}={value}" for name, value in SETTINGS.items()]
    options += [f"-c port={port}", f"-c unix_socket_directories={folder}"]
    run([*control, f"--log={folder / 'log'}", f"--options={' '.join(options)}", "start"], account)
    try:
        yield Cluster(binaries, port, int((data / "postmaster.pid").read_text().split()[0]))
    finally:
        run([*control, "--mode=fast", "stop"], account)
