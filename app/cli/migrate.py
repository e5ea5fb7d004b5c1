"""`actionql migrate`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app import settings as settings_module
from app.cli.base import DataOption, PathsArgument
from app.main import load_definitions
from app.opening import database_url
from app.storage.system import SYSTEM
from app.storage.tables import build_tables


def migrate(
    paths: PathsArgument = None,
    data: DataOption = None,
    yes_destroy: Annotated[
        bool, typer.Option("--yes-destroy", help="Drop what the definitions no longer have, with its data.")
    ] = False,
) -> None:
    """Brings the database to the definitions, whole or not at all; what would lose data is refused."""
    # What compares and changes tables is large, and `actionql serve` imports this file too.
    from app.storage.migrate import migrate as bring

    settings = settings_module.load(data=data)
    metadatas = [build_tables(one.application).metadata for one in load_definitions(paths or [])]
    settings.data.mkdir(parents=True, exist_ok=True)
    changes = asyncio.run(
        bring(database_url(settings), [SYSTEM, *metadatas], gone="drop" if yes_destroy else "refuse")
    )
    for change in changes:
        print(change)
    if not changes:
        print("nothing to change")
