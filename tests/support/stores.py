"""Each kind of store, with a look past it at what is kept."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.assets import LocalStore, Store
from app.assets.bucket import open_bucket
from app.assets.objects import ObjectStore
from tests.support.buckets import Bucket

ID = "0123456789abcdef0123456789abcdef"


class Kept(Protocol):
    """Where a store keeps its files."""

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads a server to it."""

    def store(self, max_bytes: int = 100_000_000) -> Store:
        """A store of this place."""

    def names(self) -> list[str]:
        """Everything that is there, also half of something."""

    def write(self, name: str, content: bytes) -> None:
        """Puts something there past the store."""

    def remove(self, name: str) -> None:
        """Loses something."""


@dataclass(frozen=True)
class KeptInFolder:
    """A folder."""

    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        return {"ACTIONQL_ASSETS": str(self.folder)}

    def store(self, max_bytes: int = 100_000_000) -> Store:
        return LocalStore(self.folder, max_bytes=max_bytes)

    def names(self) -> list[str]:
        found = [path for path in self.folder.rglob("*") if path.is_file()]
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (0, 0))

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()


@dataclass(frozen=True)
class KeptInBucket:
    """A bucket of an object store."""

    bucket: Bucket

    @property
    def environment(self) -> Mapping[str, str]:
        return {**self.bucket.environment, "ACTIONQL_ASSETS": self.bucket.url}

    def store(self, max_bytes: int = 100_000_000) -> Store:
        return ObjectStore(open_bucket(self.bucket.url, self.bucket.environment), max_bytes=max_bytes)

    def names(self) -> list[str]:
        return [*self.bucket.keys(), *(f"part of {name}" for name in self.bucket.parts())]

    def write(self, name: str, content: bytes) -> None:
        self.bucket.write(name, content)

    def remove(self, name: str) -> None:
        self.bucket.remove(name)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(0)
        yield part


async def read(store: Store, id: str) -> bytes:
    return b"".join([part async for part in store.stream(id)])
