"""The composition root: settings and definitions in, an ASGI application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette

from app.assets.library import sweep
from app.checks.together import check_together
from app.definition.load import Loaded, text_of
from app.definition.model import Application
from app.definition.source import Source
from app.edge import Applications, Edge, Reloads
from app.errors import Overloaded
from app.functions import load_application
from app.logs import get_logger
from app.memory import made_to_stay
from app.metrics import Metrics
from app.metrics.shared import Shared, publishing
from app.resolvers.audit import STARTER, administered, migrated
from app.resolvers.context import Generation, Server
from app.schema.endpoint import GraphQLEndpoint
from app.server.generations import build_generation
from app.server.opening import close_server, database_url, open_server
from app.server.renewal import Compiled, Renewal
from app.server.routes import Front
from app.server.running import begin_worker
from app.server.secrets import configuration, read_secrets
from app.server.seed import Taken, seed
from app.settings import Settings, definition_environment
from app.storage.fit import fits
from app.storage.system import SYSTEM
from app.storage.tables import Tables, build_tables

if TYPE_CHECKING:
    from app.storage.migrate import Gone

EXAMPLES = Path(__file__).parent / "examples"
SERVED_EXAMPLES = ("taskings", "shoes", "crm", "onboarding")
"""The built-in examples, in the order in which they are served."""

log = get_logger()


def load_definitions(paths: Sequence[Path]) -> list[Loaded]:
    """Every definition, checked, also against the others; the built-in examples where no path is given."""
    definitions = [load_application(path) for path in definition_paths(paths)]
    check_together(definitions)
    return definitions


def definition_paths(paths: Sequence[Path]) -> list[Path]:
    """Where the definitions stand; the built-in examples where no path is given."""
    return list(paths) or [EXAMPLES / f"{name}.yaml" for name in SERVED_EXAMPLES]


async def prepare(
    settings: Settings,
    definitions: Sequence[Loaded],
    environment: Mapping[str, str],
    *,
    gone: Gone = "leave",
) -> None:
    """Makes missing tables and seed records, once for all processes that are to serve."""
    server = await open_server(settings)
    applications = [one.application for one in definitions]
    try:
        compiled = compile_applications(server, applications, environment, _sources(definitions))
        await settle(server, compiled, gone=gone)
    finally:
        await close_server(server)


def create_app(
    settings: Settings,
    definitions: Sequence[Loaded],
    environment: Mapping[str, str] | None = None,
    *,
    prepared: bool = False,
    read: Callable[[], Sequence[Loaded]] | None = None,
    shared: Path | None = None,
) -> Front:
    """The ASGI application; its shutdown ends what is running.

    Its start-up makes missing tables and seed records, unless they are `prepared`. With `read`, which gives the
    definitions as they are now, it serves them anew whenever its `changed` is set. In the folder `shared` it shares
    its metrics, and why changed definitions are not served, with the other workers of the server.
    """
    environment = definition_environment() if environment is None else environment

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        server = await open_server(settings, Metrics(None if shared is None else Shared(shared)))
        try:
            reloads = Reloads(shared)
            edge, graphql = await _open_edge(server, definitions, environment, reloads, prepared=prepared)
            front.open(edge, graphql)
            log.info("ready", applications=[one.application.name for one in edge.applications.generations])
            server.trail.open()
            beside = _begin_beside(server, front)
            worker = begin_worker(server, edge.applications.generations, driving=settings.drive_runs)
            compile = partial(compile_applications, server, environment=environment)
            renewal = Renewal(edge, graphql, worker, compile, partial(settle, server, gone="refuse"))
            async with publishing(server.metrics), renewal.running(read, front.changed):
                yield
            await _end_beside(beside)
            await worker.stop(settings.run_grace_seconds)
            for generation in edge.applications.generations:
                await generation.runs.finish(settings.run_grace_seconds)
        finally:
            await close_server(server)

    front = Front(settings, lifespan)
    return front


def _begin_beside(server: Server, front: Front) -> list[asyncio.Task[object]]:
    """What goes on while requests are served, until `_end_beside`."""
    beside: list[Coroutine[Any, Any, object]] = [
        _sweep(server),
        _stop_waits(server, front),
    ]
    return [asyncio.create_task(one) for one in beside]


async def _end_beside(tasks: Sequence[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _sweep(server: Server) -> None:
    # A store that fails meanwhile has told the log; it keeps the rest until the next start.
    with suppress(Overloaded):
        await sweep(server.store, server.database)


async def _stop_waits(server: Server, front: Front) -> None:
    await front.stopping.wait()
    server.changes.stop()


async def _open_edge(
    server: Server,
    definitions: Sequence[Loaded],
    environment: Mapping[str, str],
    reloads: Reloads,
    *,
    prepared: bool,
) -> tuple[Edge, GraphQLEndpoint]:
    """What the doors need. Nothing else holds the generations, so that they can go when they are swapped."""
    with made_to_stay():
        generations = await open_applications(
            server,
            [one.application for one in definitions],
            environment,
            prepared=prepared,
            sources=_sources(definitions),
        )
        edge = Edge(server, Applications(generations, reloads))
        graphql = GraphQLEndpoint(edge)
        for generation in generations:
            graphql.warm(generation)
    return edge, graphql


async def open_applications(
    server: Server,
    applications: Sequence[Application],
    environment: Mapping[str, str],
    *,
    prepared: bool = False,
    sources: Mapping[str, Source] = MappingProxyType({}),
) -> list[Generation]:
    """Brings the database up to date, unless it is `prepared`, and makes every application ready to serve.

    `sources` by the name of the application: what a definition was read from is kept for the runs that begin with it.
    """
    compiled = compile_applications(server, applications, environment, sources)
    await settle(server, compiled, prepared=prepared)
    return compiled.generations


def compile_applications(
    server: Server,
    applications: Sequence[Application],
    environment: Mapping[str, str],
    sources: Mapping[str, Source] = MappingProxyType({}),
    kept: Mapping[str, Generation] = MappingProxyType({}),
) -> Compiled:
    """Applications ready to serve, once the database fits them; those of `kept`, by name, stay what they are."""
    tables = {application.name: build_tables(application) for application in applications}
    invent = server.settings.environment == "development"
    secrets = read_secrets(list(applications), environment, server.settings.data, invent)
    generations = []
    for application in applications:
        name = application.name
        config = configuration(application, environment, secrets)
        made = kept.get(name) or build_generation(server, tables[name], config, sources.get(name))
        generations.append(made)
    return Compiled(generations, list(tables.values()), Taken(environment, secrets), sources)


async def settle(server: Server, compiled: Compiled, *, prepared: bool = False, gone: Gone = "leave") -> None:
    """Brings the database to what is compiled, unless it is `prepared`: tables, seed records, kept definitions."""
    if prepared:
        return
    await _migrate(server.settings, compiled.tables, gone)
    for generation in compiled.generations:
        await _seed(server, generation, compiled.taken)
        source = compiled.sources.get(generation.application.name)
        if source is not None:
            told = administered(generation.application.uuid.hex, STARTER, "definition", "")
            await generation.durable.revisions.keep(text_of(source), told)


async def _migrate(settings: Settings, tables: Sequence[Tables], gone: Gone) -> None:
    url, metadatas = database_url(settings), [SYSTEM, *(one.metadata for one in tables)]
    if fits(url, metadatas):
        return
    # What compares and changes tables is large, and most starts do neither.
    from app.storage.migrate import migrate

    tell = migrated(STARTER, [one.application for one in tables])
    await migrate(url, metadatas, gone=gone, tell=tell)
    if url.startswith("postgresql"):
        from app.storage.queue_schema import make_queue

        await make_queue(url)


async def _seed(server: Server, of: Generation, taken: Taken) -> None:
    told = administered(of.application.uuid.hex, STARTER, "seed", "records")
    await seed(server.database, of.application, of.permissions, of.records, server.passwords, taken, told)


def _sources(definitions: Sequence[Loaded]) -> Mapping[str, Source]:
    return {one.application.name: one.source for one in definitions}
