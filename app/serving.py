"""Listens for requests: in this process, or in several worker processes on one port."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from socket import SO_REUSEADDR, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET, socket
from tempfile import TemporaryDirectory
from threading import Thread
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app.definition.load import SUFFIXES, Loaded
from app.definition.source import Source
from app.edge.whole_answers import WholeAnswers
from app.errors import ActionQLError
from app.functions import rebuild_application
from app.logs import configure_logs
from app.main import create_app, load_definitions, prepare
from app.memory import end_imports
from app.server.routes import Front
from app.settings import Settings

WATCHED = (*SUFFIXES, ".py")
_PATIENCE = 30
"""Seconds in which a worker has to show that it is alive; on a busy machine starting takes some."""


class WorkerFailed(ActionQLError):
    """A worker could not start, and would not start the next time either."""

    code = "WORKER_FAILED"


def serve_here(
    settings: Settings,
    definitions: Sequence[Loaded],
    environment: Mapping[str, str],
    paths: Sequence[Path],
    *,
    reload: bool = False,
) -> None:
    """Serves in this process until SIGTERM or SIGINT, and lets what is in flight end.

    At SIGHUP, with `reload` also whenever a file of `paths` changes, the definitions are read again.
    """
    app = create_app(settings, definitions, environment, read=partial(load_definitions, paths))
    config = _config(partial(_watching_stops, app), settings, lifespan="off", factory=True)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(app, uvicorn.Server(config), paths if reload else ()))


def serve_in_workers(
    settings: Settings,
    definitions: Sequence[Loaded],
    environment: Mapping[str, str],
    paths: Sequence[Path],
    workers: int,
    *,
    reload: bool = False,
) -> None:
    """Prepares the database, then serves in `workers` processes until SIGTERM or SIGINT.

    Each then lets what is in flight end. One that dies before is started anew, on the definitions as they were read
    here. Limits on attempts, requests in flight, password hashes and database connections count for each.
    At SIGHUP, with `reload` also whenever a file of `paths` changes, each reads the definitions again.
    """
    asyncio.run(prepare(settings, definitions, environment))
    with TemporaryDirectory(prefix="actionql-") as shared:
        worker = Worker(settings, _sources(definitions), dict(environment), tuple(paths), Path(shared))
        config = _config(worker, settings, lifespan="on", factory=True, workers=workers)
        with _Port(fileno=config.bind_socket().detach()) as port:
            supervisor = _Supervisor(config, [port])
            if reload:
                _watch(paths)
            supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise WorkerFailed("A worker could not start; the log says why.")


@dataclass(frozen=True, slots=True)
class Worker:
    """What a worker is given by its parent; called there, it makes the application."""

    settings: Settings
    sources: tuple[Source, ...]
    environment: dict[str, str]
    paths: tuple[Path, ...]
    shared: Path
    """The folder in which the workers share what any of them tells of all."""

    def __call__(self) -> Starlette:
        end_imports()
        configure_logs()
        _stop_without_parent()
        definitions = [rebuild_application(source) for source in self.sources]
        read = partial(load_definitions, self.paths)
        app = create_app(
            self.settings, definitions, self.environment, prepared=True, read=read, shared=self.shared
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, app.changed.set)
        return _watching_stops(app)

    def renewed(self) -> Worker:
        """The same with the definitions as they are now, for which the database has been prepared.

        Raises what the workers are to tell themselves.
        """
        definitions = load_definitions(self.paths)
        asyncio.run(prepare(self.settings, definitions, self.environment, gone="refuse"))
        return replace(self, sources=_sources(definitions))


class _Supervisor(Multiprocess):
    """Passes SIGHUP on to the workers, which swap what they serve."""

    def handle_hup(self) -> None:
        with suppress(ActionQLError):
            # One that dies later is started anew on these.
            self.config.app = self.config.app.renewed()  # type: ignore[union-attr]
        for process in self.processes:
            if process.pid is not None and process.exitcode is None:
                os.kill(process.pid, signal.SIGHUP)


def _sources(definitions: Sequence[Loaded]) -> tuple[Source, ...]:
    return tuple(one.source for one in definitions)


def _watch(paths: Sequence[Path]) -> None:
    """Has this process get SIGHUP whenever a definition changes."""
    # It is large, and few servers watch.
    from watchfiles import watch

    folders = {path if path.is_dir() else path.parent for path in map(Path.absolute, paths)}

    def look() -> None:
        changes = watch(
            *folders,
            watch_filter=lambda _, path: Path(path).suffix in WATCHED,
            recursive=False,
            debounce=400,
            raise_interrupt=False,
        )
        for _ in changes:
            os.kill(os.getpid(), signal.SIGHUP)

    Thread(target=look, name="watch", daemon=True).start()


class _Port(socket):
    """A port that is held and not listened at; a worker that is handed it gets a socket of its own there.

    So the system spreads connections evenly; of one socket that all share, one worker often takes most.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return _join, (self.family, self.getsockname())


def _join(family: int, address: Any) -> socket:
    joined = socket(family, SOCK_STREAM)
    joined.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    joined.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
    joined.bind(address)
    return joined


def _config(app: Any, settings: Settings, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=WholeAnswers,
        log_config=None,
        access_log=False,
        server_header=False,
        # app.edge.proxies believes them, by stricter rules.
        proxy_headers=False,
        timeout_worker_healthcheck=_PATIENCE,
        timeout_graceful_shutdown=int(settings.request_seconds),
        h11_max_incomplete_event_size=65_536,
        **options,
    )


async def _serve(app: Front, server: uvicorn.Server, watched: Sequence[Path]) -> None:
    """Starts and stops the application round the server, so that an error of its start reaches the caller."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, app.changed.set)
    if watched:
        _watch(watched)
    async with app.router.lifespan_context(app):
        # uvicorn raises the signal that stopped it once more when it is done; by then it has been obeyed.
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, lambda *_: None)
        await server.serve()


def _watching_stops(app: Front) -> Front:
    """Tells the application of a signal to stop that uvicorn is about to obey, since callers may wait for minutes.

    For uvicorn to call when it has set its own handlers, as it does before it makes the application.
    """
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        obey = signal.getsignal(stop)
        assert callable(obey)
        signal.signal(stop, partial(_told, loop, app, obey))
    return app


def _told(
    loop: asyncio.AbstractEventLoop,
    app: Front,
    obey: Callable[[int, FrameType | None], Any],
    number: int,
    frame: FrameType | None,
) -> None:
    obey(number, frame)
    loop.call_soon_threadsafe(app.stopping.set)


def _stop_without_parent() -> None:
    """Lets this worker end like after SIGTERM when its parent is gone, so that the port becomes free."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    loop, gone = asyncio.get_running_loop(), parent.sentinel

    def stop() -> None:
        loop.remove_reader(gone)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(gone, stop)
