"""`actionql worker`."""

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
from app.working import work_here, work_in_processes


def worker(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Definitions; none means the built-in examples.")
    ] = None,
    data: DataOption = None,
    processes: Annotated[int, typer.Option(min=1, help="Processes that drive runs.")] = 1,
) -> None:
    """Drives durable runs and schedules apart from the web server, until it is told to stop."""
    configure_logs()
    settings = settings_module.load(data=data)
    definitions, environment = (
        load_definitions(definition_paths(paths or [])),
        settings_module.definition_environment(),
    )
    asyncio.run(check_store(settings))
    if processes > 1:
        work_in_processes(settings, definitions, environment, processes)
    else:
        work_here(settings, definitions, environment)
