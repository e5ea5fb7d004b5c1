"""The servers that are compared, each with a database of its own that holds the same."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.benchmark import servers
from scripts.benchmark.calls import Call, calls, rest_calls
from scripts.benchmark.cluster import Cluster, running_cluster
from scripts.benchmark.credentials import Credentials
from scripts.benchmark.rows import Size
from scripts.benchmark.seeding import (
    ACTIONQL_POSTGRES,
    ACTIONQL_SQLITE,
    PLAIN_POSTGRES,
    PLAIN_SQLITE,
    copy_sqlite,
    seed_postgres,
    seed_sqlite,
)
from scripts.benchmark.servers import Server, running


@dataclass(frozen=True, slots=True)
class Subject:
    """A running server, what it is asked, and the processes whose CPU time its answers cost."""

    server: Server
    calls: Mapping[str, Call]
    processes: tuple[int, ...]

    @property
    def name(self) -> str:
        """Which server it is."""
        return self.server.name


@dataclass(frozen=True, slots=True)
class _Start:
    """How a server is started again."""

    command: Sequence[str | Path]
    environment: Mapping[str, str]
    probe: str = "/"


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for all that the servers keep, gone afterwards; PostgreSQL's account can reach into it."""
    with tempfile.TemporaryDirectory(prefix="actionql-bench-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


@contextmanager
def running_subjects(
    names: Sequence[str], size: Size, folder: Path, *, postgres: bool
) -> Iterator[list[Subject]]:
    """These servers, their databases filled; all state is in `folder`."""
    with ExitStack() as stack:
        if postgres:
            cluster = stack.enter_context(running_cluster(folder / "postgres"))
            yield stack.enter_context(running_on(cluster, names, size, folder))
            return
        credentials = Credentials.made()
        starts = _on_sqlite(names, size, folder, credentials)
        yield [_started(stack, name, starts[name], folder, credentials) for name in names]


@contextmanager
def running_on(cluster: Cluster, names: Sequence[str], size: Size, folder: Path) -> Iterator[list[Subject]]:
    """These servers on databases of this cluster, whose CPU time counts as theirs."""
    credentials = Credentials.made()
    starts = _on_postgres(names, size, folder, credentials, cluster.create)
    with ExitStack() as stack:
        yield [_started(stack, name, starts[name], folder, credentials, cluster.pid) for name in names]


def _started(
    stack: ExitStack, name: str, start: _Start, folder: Path, credentials: Credentials, *databases: int
) -> Subject:
    server = stack.enter_context(running(name, start.command, folder, start.environment, start.probe))
    asked = calls(name, servers.authorization(server, credentials))
    if name == "actionql":
        asked |= rest_calls(servers.rest_authorization(folder / "data", start.environment))
    return Subject(server, asked, (server.pid, *databases))


def _on_sqlite(names: Sequence[str], size: Size, folder: Path, credentials: Credentials) -> dict[str, _Start]:
    environment = credentials.environment()
    data, floor, plain = folder / "data", folder / "floor.sqlite", folder / "plain.sqlite"
    starts = {
        "actionql": _Start(servers.actionql(servers.APPLICATION, data), environment, "/readyz"),
        "floor": _Start(servers.floor(floor), environment),
        "plain": _Start(servers.plain(plain), environment),
    }
    _make_tables("actionql", starts, folder)
    seed_sqlite(data / "actionql.sqlite", ACTIONQL_SQLITE, size)
    if "floor" in names:
        copy_sqlite(data / "actionql.sqlite", floor)
    if "plain" in names:
        _make_tables("plain", starts, folder)
        seed_sqlite(plain, PLAIN_SQLITE, size)
    return starts


def _on_postgres(
    names: Sequence[str], size: Size, folder: Path, credentials: Credentials, create: Callable[..., str]
) -> dict[str, _Start]:
    environment = credentials.environment()
    ours, plain = create("actionql"), create("plain")
    command = servers.actionql(servers.APPLICATION, folder / "data")
    starts = {
        "actionql": _Start(command, {**environment, "DATABASE_URL": ours}, "/readyz"),
        "plain": _Start(servers.plain(plain), environment),
    }
    _make_tables("actionql", starts, folder)
    asyncio.run(seed_postgres(ours, ACTIONQL_POSTGRES, size))
    floor = create("floor", "actionql")
    starts["floor"] = _Start(servers.floor(floor), environment)
    if "plain" in names:
        _make_tables("plain", starts, folder)
        asyncio.run(seed_postgres(plain, PLAIN_POSTGRES, size))
    return starts


def _make_tables(name: str, starts: Mapping[str, _Start], folder: Path) -> None:
    start = starts[name]
    with running(name, start.command, folder, start.environment, start.probe):
        pass
