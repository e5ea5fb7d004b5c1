"""The file of a backup: a tar of plain files under one folder, the manifest last.

What is read is anybody's: only plain files with names from the list below count, and sizes are counted.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from app.backup.manifest import FORMAT, Listed, Manifest
from app.storage.copies import BackupFailed, RestoreRefused

MANIFEST = "manifest.json"
KEYSTORE = "keystore.json"
INVENTED = "development.env"
_BLOCK = tarfile.BLOCKSIZE
_PIECE = 1 << 18
_FOLDER = "actionql-backup-"
_LARGEST = {MANIFEST: 1 << 28, KEYSTORE: 1 << 20, INVENTED: 1 << 20, "definitions": 1 << 24}
"""Bytes of what is read into memory."""
_NAMES = re.compile(
    r"manifest\.json|keystore\.json|development\.env|database\.(sqlite|dump)|definitions/[0-9]{1,5}"
    r"|assets/([0-9a-f]{2})/\2[0-9a-f]{30}"
)
_ENDS_EARLY = "The file ends too early: it is not a whole backup."


class Writer:
    """Writes the files of a backup one after the other; `listed` is what the manifest says of them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.listed: dict[str, Listed] = {}

    @contextmanager
    def member(self, name: str, size: int) -> Iterator[Callable[[bytes], None]]:
        """Takes the bytes of one file, of which there have to be so many."""
        head = tarfile.TarInfo(f"{_FOLDER}{FORMAT}/{name}")
        head.size, head.mode, head.mtime = size, 0o600, int(time.time())
        self._file.write(head.tobuf(tarfile.GNU_FORMAT))
        digest, written = hashlib.sha256(), 0

        def write(piece: bytes) -> None:
            nonlocal written
            written += len(piece)
            digest.update(piece)
            self._file.write(piece)

        yield write
        if written != size:
            raise BackupFailed(f"{name} has changed while it was copied.")
        self._file.write(bytes(-size % _BLOCK))
        self.listed[name] = Listed(size=size, sha256=digest.hexdigest())

    def add(self, name: str, content: bytes) -> None:
        """Writes a small file."""
        with self.member(name, len(content)) as write:
            write(content)

    def add_file(self, name: str, path: Path) -> None:
        """Writes a file of any size."""
        with path.open("rb") as file, self.member(name, path.stat().st_size) as write:
            while piece := file.read(_PIECE):
                write(piece)

    def end(self, manifest: Manifest) -> None:
        """Writes the manifest, without which it is no backup."""
        self.add(MANIFEST, manifest.model_dump_json(indent=1).encode())
        self._file.write(bytes(2 * _BLOCK))


@dataclass
class Member:
    """One file of a backup as it is read."""

    name: str
    size: int
    _file: BinaryIO
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def pieces(self) -> Iterator[bytes]:
        """Its bytes; they have to be taken to the end before the next file is read."""
        left = self.size
        while left:
            piece = _read(self._file, min(left, _PIECE))
            self._digest.update(piece)
            left -= len(piece)
            yield piece
        _read(self._file, -self.size % _BLOCK)

    def skip(self) -> None:
        """Reads its bytes, which are counted but not kept."""
        for _ in self.pieces():
            pass

    def content(self) -> bytes:
        """All its bytes; only for what is small."""
        return b"".join(self.pieces())

    def listed(self) -> Listed:
        """What the manifest has to say of it, when its bytes were taken."""
        return Listed(size=self.size, sha256=self._digest.hexdigest())


@contextmanager
def opened(path: Path) -> Iterator[Iterator[Member]]:
    """The files of a backup, compressed or not; `RestoreRefused` for all that is none, while it is read."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not packed:
                yield _members(file)
                return
            with closing(gzip.GzipFile(fileobj=file)) as unpacked:
                yield _members(cast(BinaryIO, unpacked))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RestoreRefused(_ENDS_EARLY if isinstance(error, EOFError) else "The file is damaged.") from None


def _members(file: BinaryIO) -> Iterator[Member]:
    seen: set[str] = set()
    while (head := _head(file)) is not None:
        name = _name(head)
        if name in seen:
            raise RestoreRefused(f"The file has {name} twice: it is no backup.")
        if head.size > _LARGEST.get(name.partition("/")[0], head.size):
            raise RestoreRefused(f"{name} is larger than it can be: this is no backup.")
        seen.add(name)
        yield Member(name, head.size, file)


def _head(file: BinaryIO) -> tarfile.TarInfo | None:
    try:
        head = tarfile.TarInfo.frombuf(_read(file, _BLOCK), "ascii", "strict")
    except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
        return None
    except (tarfile.TarError, UnicodeError):
        raise RestoreRefused("This is no backup, or it is damaged.") from None
    return head


def _name(head: tarfile.TarInfo) -> str:
    """The name of a plain file of a backup; everything else that a tar can hold is refused."""
    folder, _, name = head.name.partition("/")
    if re.fullmatch(f"{_FOLDER}[0-9]{{1,6}}", folder) and folder != f"{_FOLDER}{FORMAT}":
        raise RestoreRefused("The backup was made by another release of ActionQL: restore it with that.")
    if folder != f"{_FOLDER}{FORMAT}" or head.type != tarfile.REGTYPE or not _NAMES.fullmatch(name):
        raise RestoreRefused("The file holds what no backup does.")
    if head.size < 0:
        raise RestoreRefused("The file is damaged.")
    return name


def _read(file: BinaryIO, size: int) -> bytes:
    found = file.read(size)
    if len(found) < size:
        raise RestoreRefused(_ENDS_EARLY)
    return found
