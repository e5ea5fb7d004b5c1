"""Contexts with as much of a server as a resolver under test looks at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from app.assets import Asset
from app.errors import NotFound
from app.permissions import ANYBODY
from app.resolvers.context import Context
from app.storage.audit import Entry

APPLICATION = UUID("4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4")


class Shelf:
    """A library that keeps what it is given in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def find(self, id: str) -> str:
        if id not in self.files:
            raise NotFound("There is no such file.")
        return id

    async def store(self, chunks: AsyncIterator[bytes], *, name: str, id: str, told: Entry) -> Asset:
        self.files[id] = b"".join([chunk async for chunk in chunks])
        return Asset(id=id, name=name, content_type="text/plain", size=len(self.files[id]), sha256="0" * 64)


class Trail:
    """An audit trail that keeps what it is told in memory."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def tell(self, entry: Entry) -> None:
        self.entries.append(entry)

    note = tell


async def _write(work: Callable[[], None]) -> None:
    work()


def context(application: UUID = APPLICATION, library: Any = None, **generation: Any) -> Context:
    """A context; `generation` has further parts of the application."""
    keystore = SimpleNamespace(secret=lambda name: name.encode() * 8)
    models = {"Media": SimpleNamespace(properties={"file": SimpleNamespace(kind="file")})}
    made: Any = SimpleNamespace(
        server=SimpleNamespace(keystore=keystore, trail=Trail(), database=SimpleNamespace(write=_write)),
        generation=SimpleNamespace(
            application=SimpleNamespace(uuid=application, models=models), library=library, **generation
        ),
        principal=ANYBODY,
        door="tests",
        address="192.0.2.7",
        request_id="request-1",
        base_url=lambda: "https://files.example",
    )
    found: Context = made
    return found
