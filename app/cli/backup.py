"""`actionql backup` and `actionql restore`."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import join
from typing import Annotated

import typer

from app import settings as settings_module
from app.backup.make import make_backup
from app.backup.restore import definition_folders, restore_backup
from app.backup.telling import tell
from app.cli.applications import DefinitionOption, with_server
from app.cli.base import DataOption
from app.main import load_definitions
from app.server.opening import database_url
from app.storage.copies import check_there


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; .gz at its end compresses it.")],
    definition: DefinitionOption = None,
    data: DataOption = None,
) -> None:
    """Writes database, files, keystore and definitions into one file, while servers go on.

    It holds every secret of the server: keep it as you keep passwords.
    """
    definitions = load_definitions(definition or [])
    check_there(database_url(settings_module.load(data=data)))
    made = with_server(data, lambda server: make_backup(server, file, definitions))
    names = ", ".join(one.name for one in made.manifest.applications) or "none"
    print(f"{file}: {made.size:,} bytes, {len(made.manifest.files):,} files; applications: {names}")
    print("It holds the keystore and all data: keep it as you keep passwords.")
    for name in made.as_served:
        _warn(f"{name}: its definition is there as it was served last; --definition PATH adds its own files")
    for name in made.not_served if definition else ():
        _warn(f"{name}: it is not in the backup, since no server has served it on this database")
    for id in made.manifest.missing:
        _warn(f"the file {id} is lost or damaged in the store, though a record refers to it")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `actionql backup` wrote.")],
    data: DataOption = None,
    yes_overwrite: Annotated[
        bool, typer.Option("--yes-overwrite", help="Replace the data that is there.")
    ] = False,
) -> None:
    """Puts a backup in place, whole or not at all; nothing that is there is lost unless that is said."""
    settings = settings_module.load(data=data)
    manifest = restore_backup(settings, file, overwrite=yes_overwrite)
    with_server(data, lambda server: tell(server, "restore", file.name))
    print(f"restored what was backed up at {manifest.created:%Y-%m-%d %H:%M:%S} UTC")
    if folders := definition_folders(settings, manifest):
        place = () if data is None else ("--data", str(data))
        print(f"serve it with: {join(['actionql', 'serve', *map(str, folders), *place])}")
    for id in manifest.missing:
        _warn(f"the file {id} was lost or damaged already when the backup was made")


def _warn(text: str) -> None:
    print(text, file=sys.stderr)
