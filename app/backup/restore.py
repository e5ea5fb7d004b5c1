"""Puts a backup in place of what a server had, whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.assets.store import Store
from app.backup.archive import INVENTED, KEYSTORE
from app.backup.extract import Extracted, extract
from app.backup.manifest import Manifest
from app.backup.swap import Swap
from app.backup.verify import free_room, verify
from app.disk import digest_of, private_folder
from app.server.opening import database_url, open_store
from app.server.restoring import mark, unmark
from app.settings import Settings
from app.storage.copies import NotKnown, RestoreRefused, holdings, kind_of_database, place_of, replacing

DEFINITIONS = "definitions"
_DEFINING = (".yaml", ".yml", ".py")
Wanted = Mapping[Path, str | None]
"""Where small files shall be, each with its name in the backup; None where there shall be none."""


def restore_backup(settings: Settings, file: Path, *, overwrite: bool) -> Manifest:
    """Puts the backup in place; without `overwrite` only where there is nothing yet.

    `RestoreRefused` leaves what was there. A process that is killed leaves it too, or a mark which servers refuse.
    """
    with _told(file):
        manifest = _verified(settings, file)
        _check_kind(settings, manifest)
        wanted = _wanted(settings, manifest)
        if not overwrite:
            _refuse_losses(settings, manifest, wanted)
        # Beside the database, so that a new one only has to be renamed.
        folder = place_of(database_url(settings), settings.data) / ".restore"
        for one in (settings.data, folder.parent):
            one.mkdir(parents=True, exist_ok=True)
        store = open_store(settings, max_bytes=manifest.size)
        with _alone(folder), _taken_back(store) as stored:
            extracted = asyncio.run(extract(file, manifest, store, folder, stored))
            _replace(settings, manifest, extracted, wanted)
    return manifest


def definition_folders(settings: Settings, manifest: Manifest) -> list[Path]:
    """Where the definitions of a backup are put, in the order of its applications."""
    return [settings.data / DEFINITIONS / one.folder for one in manifest.applications]


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Says in words which file could not be read or written."""
    try:
        yield
    except OSError as error:
        raise RestoreRefused(f"{error.filename or file}: {error.strerror}. Nothing was restored.") from error


def _verified(settings: Settings, file: Path) -> Manifest:
    folder = settings.assets_folder
    if folder is None:
        return verify(file, free_room(settings.data), with_assets=False)
    return verify(file, free_room(settings.data, folder))


def _check_kind(settings: Settings, manifest: Manifest) -> None:
    wanted, found = manifest.database.kind, kind_of_database(database_url(settings))
    if wanted == found:
        return
    if wanted == "sqlite":
        raise RestoreRefused(
            "The backup is of SQLite, and DATABASE_URL leads to PostgreSQL: restore it without DATABASE_URL."
        )
    raise RestoreRefused("The backup is of PostgreSQL: set DATABASE_URL to the database to restore it into.")


def _wanted(settings: Settings, manifest: Manifest) -> Wanted:
    wanted: dict[Path, str | None] = {
        settings.keystore_file: KEYSTORE,
        settings.data / INVENTED: INVENTED if INVENTED in manifest.files else None,
    }
    folders = definition_folders(settings, manifest)
    for folder, application in zip(folders, manifest.applications, strict=True):
        # All files of a folder are one definition, so others may not stay beside those of the backup.
        there = folder.iterdir() if folder.is_dir() else ()
        wanted |= {path: None for path in there if path.suffix in _DEFINING}
        wanted |= {folder / name: place for name, place in application.files.items()}
    return wanted


def _refuse_losses(settings: Settings, manifest: Manifest, wanted: Wanted) -> None:
    held = holdings(database_url(settings))
    losses = [f"- a database with {held.tables:,} tables and {held.rows:,} rows"] if held.tables else []
    for path, name in wanted.items():
        if path.exists() and (name is None or digest_of(path) != manifest.files[name].sha256):
            losses.append(f"- {path}")
    if losses:
        listed = "\n".join(losses)
        raise RestoreRefused(
            f"What is there would be replaced by the backup:\n{listed}\n"
            "Restore into another folder and database, or say --yes-overwrite."
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        with private_folder(folder):
            yield
    except BlockingIOError:
        raise RestoreRefused("Another restore into the same folder is under way.") from None


@contextmanager
def _taken_back(store: Store) -> Iterator[list[str]]:
    """A list of ids whose files are removed again when the block does not end well."""
    stored: list[str] = []
    try:
        yield stored
    except BaseException:
        asyncio.run(_remove(store, stored))
        raise


async def _remove(store: Store, ids: list[str]) -> None:
    for id in ids:
        await store.delete(id)


def _replace(settings: Settings, manifest: Manifest, extracted: Extracted, wanted: Wanted) -> None:
    small = extracted.small
    swap = Swap({path: None if name is None else small[name] for path, name in wanted.items()})
    try:
        with replacing(database_url(settings), extracted.database, manifest.database.version):
            mark(settings.data)
            swap.make()
    except NotKnown:
        # Which of both the database is nobody can tell, so the mark stays.
        raise
    except BaseException:
        swap.undo()
        unmark(settings.data)
        raise
    unmark(settings.data)
