"""`actionql migrate`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from app import settings as settings_module
from app.cli.base import DataOption, PathsArgument
from app.definition.load import Loaded
from app.main import load_definitions
from app.resolvers.audit import OPERATOR, migrated
from app.resolvers.unfinished import missed_by_runs
from app.server.opening import database_url, open_database
from app.server.restoring import refuse_unfinished
from app.settings import Settings
from app.storage.migrate import MigrationRefused, plan_migration
from app.storage.migrate import migrate as bring
from app.storage.plan import Change
from app.storage.system import SYSTEM
from app.storage.tables import build_tables

_REMEDY = "let them end, or end them with `actionql runs cancel`"


def migrate(
    paths: PathsArgument = None,
    data: DataOption = None,
    yes_destroy: Annotated[
        bool, typer.Option("--yes-destroy", help="Drop what the definitions no longer have, with its data.")
    ] = False,
) -> None:
    """Brings the database to the definitions, whole or not at all; what would lose data is refused."""
    settings = settings_module.load(data=data)
    refuse_unfinished(settings.data)
    definitions = load_definitions(paths or [])
    settings.data.mkdir(parents=True, exist_ok=True)
    changes = asyncio.run(_bring(settings, definitions, destroy=yes_destroy))
    for change in changes:
        print(change)
    if not changes:
        print("nothing to change")


async def _bring(settings: Settings, definitions: Sequence[Loaded], *, destroy: bool) -> list[Change]:
    url, metadatas = database_url(settings), [build_tables(one.application).metadata for one in definitions]
    tell = migrated(OPERATOR, [one.application for one in definitions])
    if not destroy:
        return await bring(url, [SYSTEM, *metadatas], gone="refuse", tell=tell)
    outcome = await plan_migration(url, [SYSTEM, *metadatas], gone="drop")
    if not any(change.table == "actionql_revision" for change in outcome.changes):
        database = open_database(settings)
        try:
            missed = [one for loaded in definitions for one in await missed_by_runs(database, loaded)]
        finally:
            await database.close()
        if missed:
            raise MigrationRefused([f"{one}; {_REMEDY}" for one in missed])
    return await bring(url, [SYSTEM, *metadatas], gone="drop", tell=tell)
