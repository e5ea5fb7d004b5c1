"""Makes a backup while servers write: first one state of the database, then the files that it names."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

from app.assets.store import Store
from app.backup.archive import INVENTED, KEYSTORE, Writer
from app.backup.manifest import BackedUp, DatabaseFacts, Manifest
from app.backup.telling import tell
from app.definition.load import Loaded
from app.disk import private_folder, sync
from app.errors import NotFound
from app.json_text import read_json
from app.resolvers.context import Server
from app.server.opening import database_url
from app.settings import Settings
from app.storage.copies import BackupFailed, KeptAsset, Served, Snapshot, take_snapshot

_PACKED = (".gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made.

    Of the applications `as_served` it has no files, but what was served last; those `not_served` are not in it, since
    the database knows nothing of them.
    """

    manifest: Manifest
    size: int
    as_served: Sequence[str]
    not_served: Sequence[str]


async def make_backup(server: Server, file: Path, definitions: Sequence[Loaded]) -> Made:
    """Writes a backup to `file`, readable for its owner only; `BackupFailed` leaves nothing of it behind.

    The audit trail tells of it before anything is copied, so that the copy tells where it comes from.
    """
    url, folder = database_url(server.settings), file.with_name(f".{file.name}.part")
    with _failing(file), private_folder(folder):
        await tell(server, "backup", file.name)
        part = folder / "archive"
        with _created(part, packed=file.suffix in _PACKED) as opened:
            snapshot = take_snapshot(url, folder)
            manifest = await _write(Writer(opened), server, snapshot, definitions)
        size = _keep(part, file)
    backed = {one.uuid for one in manifest.applications}
    given = {one.application.uuid for one in definitions}
    return Made(
        manifest,
        size,
        [one.name for one in manifest.applications if one.uuid not in given],
        [one.application.name for one in definitions if one.application.uuid not in backed],
    )


async def _write(
    writer: Writer, server: Server, snapshot: Snapshot, definitions: Sequence[Loaded]
) -> Manifest:
    writer.add_file(snapshot.file.name, snapshot.file)
    snapshot.file.unlink()
    _add_secrets(writer, server.settings)
    files = {one.application.uuid.hex: one for one in definitions}
    applications = [_add_definition(writer, one, files.get(one.uuid)) for one in snapshot.served]
    missing = [one.id for one in snapshot.assets if not await _add_asset(writer, server.store, one)]
    manifest = Manifest(
        actionql=version("actionql"),
        created=datetime.now(UTC),
        database=DatabaseFacts(kind=snapshot.kind, version=snapshot.version),
        applications=tuple(applications),
        missing=tuple(missing),
        files=writer.listed,
    )
    writer.end(manifest)
    return manifest


def _add_secrets(writer: Writer, settings: Settings) -> None:
    writer.add(KEYSTORE, settings.keystore_file.read_bytes())
    invented = settings.data / INVENTED
    if invented.is_file():
        writer.add(INVENTED, invented.read_bytes())


def _add_definition(writer: Writer, served: Served, given: Loaded | None) -> BackedUp:
    """The files of a definition; where they are not given, what was served last, which is YAML too."""
    if given is None:
        name, revision = str(read_json(served.definition)["application"]), served.revision
        contents: Mapping[str, bytes] = {"definition.yaml": served.definition.encode()}
    else:
        name, revision = given.application.name, given.source.revision
        paths = map(Path, (*given.source.files, *given.source.functions))
        contents = {path.name: path.read_bytes() for path in paths}
    files = {}
    for file, content in contents.items():
        files[file] = f"definitions/{sum(one.startswith('definitions/') for one in writer.listed)}"
        writer.add(files[file], content)
    return BackedUp.model_validate({"uuid": served.uuid, "name": name, "revision": revision, "files": files})


async def _add_asset(writer: Writer, store: Store, asset: KeptAsset) -> bool:
    """Whether the store has what records refer to; a file that none has come to refer to may be gone."""
    size = await store.stat(asset.id)
    if size is None:
        return not asset.attached
    chunks, digest = store.stream(asset.id), hashlib.sha256()
    try:
        first = await anext(chunks, b"")
    except NotFound:
        return not asset.attached
    with writer.member(f"assets/{asset.id[:2]}/{asset.id}", size) as write:
        write(first)
        digest.update(first)
        async for chunk in chunks:
            write(chunk)
            digest.update(chunk)
    return digest.hexdigest() == asset.sha256


@contextmanager
def _failing(file: Path) -> Iterator[None]:
    """Refuses a name that is taken, and says in words what could not be written."""
    if file.exists():
        raise BackupFailed(f"There is a file {file} already; name another one.")
    try:
        yield
    except BlockingIOError:
        raise BackupFailed("Another backup of this name is being made.") from None
    except OSError as error:
        raise BackupFailed(f"The backup {file} could not be written: {error.strerror}.") from error


def _keep(part: Path, file: Path) -> int:
    """Gives a finished backup its name, and tells how large it is."""
    part.rename(file)
    sync(file.parent)
    return file.stat().st_size


@contextmanager
def _created(path: Path, *, packed: bool) -> Iterator[BinaryIO]:
    """A new file, on the disk when the block has ended well."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if not packed:
            yield file
        else:
            with gzip.GzipFile(filename="", fileobj=file, mode="wb") as into:
                yield cast(BinaryIO, into)
        file.flush()
        os.fsync(descriptor)
