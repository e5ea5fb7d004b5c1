"""A database as one file: taken while others write, put in place of another whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.errors import ActionQLError

Kind = Literal["sqlite", "postgresql"]
Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs one statement and gives its rows."""


class BackupFailed(ActionQLError):
    """No backup could be made; nothing is left of it."""

    code = "BACKUP_FAILED"


class RestoreRefused(ActionQLError):
    """A backup is not put in place; what was there before still is."""

    code = "RESTORE_REFUSED"


class NotKnown(RestoreRefused):
    """Whether a backup was put in place cannot be told: the connection ended with the last word."""


@dataclass(frozen=True, slots=True)
class KeptAsset:
    """A file of the store as a snapshot knows it; `attached` says that a record refers to it."""

    id: str
    attached: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Served:
    """The definition of an application as it was served last."""

    uuid: str
    revision: str
    definition: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of a database, in a file; `version` is that of PostgreSQL's server, 0 for SQLite."""

    file: Path
    kind: Kind
    version: int
    assets: Sequence[KeptAsset]
    served: Sequence[Served]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a database holds already."""

    tables: int
    rows: int


def kind_of_database(url: str) -> Kind:
    """Which of the two kinds an address leads to."""
    return "postgresql" if url.startswith("postgresql") else "sqlite"


def check_there(url: str) -> None:
    """Raises `BackupFailed` where a SQLite file is missing, which whoever opens it would make."""
    if kind_of_database(url) == "sqlite" and not _path(url).is_file():
        raise BackupFailed(f"There is no database at {_path(url)}; --data names the folder of another one.")


def place_of(url: str, data: Path) -> Path:
    """The folder of a SQLite file; for PostgreSQL, which is elsewhere, `data`."""
    return _path(url).parent if kind_of_database(url) == "sqlite" else data


def take_snapshot(url: str, folder: Path) -> Snapshot:
    """Copies a database into a file in `folder`, beside all writers; raises `BackupFailed`."""
    if kind_of_database(url) == "sqlite":
        from app.storage.sqlite_copy import copy_database

        return copy_database(_path(url), folder)
    # Its driver is loaded where it is used.
    from app.storage.postgres_copy import dump_database

    return dump_database(url, folder)


def holdings(url: str) -> Holdings:
    """What a restore would replace; raises `RestoreRefused` where that cannot be told."""
    if kind_of_database(url) == "sqlite":
        from app.storage.sqlite_copy import count_database

        return count_database(_path(url))
    from app.storage.postgres_copy import count_tables

    return count_tables(url)


@contextmanager
def replacing(url: str, file: Path, version: int) -> Iterator[None]:
    """Puts the file of a snapshot in place of what a database holds, at the end of the block unless that raises.

    `version` is the snapshot's. Raises `RestoreRefused`, also while servers use the database.
    """
    if kind_of_database(url) == "sqlite":
        from app.storage.sqlite_copy import replacing_file

        with replacing_file(_path(url), file):
            yield
        return
    from app.storage.postgres_copy import replacing_tables

    with replacing_tables(url, file, version):
        yield


def read_assets(ask: Ask) -> list[KeptAsset]:
    """Every file that the database knows."""
    rows = ask("SELECT id, state, sha256 FROM actionql_asset ORDER BY id")
    return [KeptAsset(id, state == "attached", sha256) for id, state, sha256 in rows]


def read_served(ask: Ask) -> list[Served]:
    """What was served last of each application."""
    rows = ask("SELECT application, digest, definition FROM actionql_revision ORDER BY created")
    return list({row[0]: Served(*row) for row in rows}.values())


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
