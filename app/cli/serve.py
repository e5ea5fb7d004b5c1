"""`actionql serve`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app import settings as settings_module
from app.cli.base import DataOption
from app.logs import configure_logs
from app.main import definition_paths, load_definitions
from app.server.opening import check_store
from app.server.secrets import read_secrets
from app.server.welcome import welcome
from app.serving import serve_here, serve_in_workers


def serve(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Definitions; none means the built-in examples.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8000")] = None,
    data: DataOption = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve, all on the same port.")] = 1,
    reload: Annotated[
        bool, typer.Option("--reload", help="Serve definitions anew when a file changes.")
    ] = False,
) -> None:
    """Serves definitions until it is told to stop.

    SIGTERM lets what is in flight end first; SIGHUP has the definitions read again.
    """
    configure_logs()
    settings = settings_module.load(host=host, port=port, data=data)
    places = definition_paths(paths or [])
    definitions = load_definitions(places)
    asyncio.run(check_store(settings))
    environment = settings_module.definition_environment()
    # The taskings example calls its own server.
    environment.setdefault("TASKINGS_DATA_API_HOST", f"{settings.host}:{settings.port}")
    if settings.environment == "development":
        applications = [one.application for one in definitions]
        secrets = read_secrets(applications, environment, settings.data, invent=True)
        invented = {name: value for name, value in secrets.items() if not environment.get(name)}
        print(welcome(applications, settings, invented), flush=True)
    if workers > 1:
        serve_in_workers(settings, definitions, environment, places, workers, reload=reload)
    else:
        serve_here(settings, definitions, environment, places, reload=reload)
