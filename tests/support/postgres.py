"""A throwaway PostgreSQL cluster, and an empty database in it for each test that asks."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.support.ports import free_port

# Nothing here outlives the tests, so nothing has to reach the disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server: `url` leads to its maintenance database."""

    binaries: Path
    port: int

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new empty database, dropped afterwards even if something is still connected to it."""
        name = f"test_{uuid4().hex}"
        self._run(f"CREATE DATABASE {name}")
        try:
            yield self.url_of(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.encode())


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A new cluster on a free loopback port; fails where no PostgreSQL is installed."""
    binaries = find_binaries()
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix="actionql-postgres-"))
    try:
        if account is not None:
            shutil.chown(folder, account)
        yield from started(binaries, folder, account)
    finally:
        shutil.rmtree(folder)


def started(binaries: Path, folder: Path, account: str | None) -> Iterator[Cluster]:
    data, log, port = folder / "data", folder / "log", free_port()
    control = [str(binaries / "pg_ctl"), "--silent", f"--pgdata={data}", "--wait"]
    layout = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    run([str(binaries / "initdb"), f"--pgdata={data}", *layout], account)
    options = [f"-c {name}={value}" for name, value in SETTINGS.items()]
    options += [f"-c port={port}", f"-c unix_socket_directories={folder}"]
    run([*control, f"--log={log}", f"--options={' '.join(options)}", "start"], account)
    try:
        yield Cluster(binaries, port)
    finally:
        run([*control, "--mode=immediate", "stop"], account)


def find_binaries() -> Path:
    """The folder of PostgreSQL's programs: Debian's newest version, else the one on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    if found is None:
        raise FileNotFoundError("these tests need a PostgreSQL server: `apt-get install postgresql`")
    return Path(found).resolve().parent


def server_account() -> str | None:
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def run(command: Sequence[str], account: str | None = None) -> None:
    """Run one of PostgreSQL's programs, quoting what it said if it fails."""
    with tempfile.TemporaryFile("w+") as output:
        # A file and not a pipe: the server keeps it open for as long as it runs.
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, user=account, cwd="/", timeout=60
        )
        output.seek(0)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {output.read()}")
