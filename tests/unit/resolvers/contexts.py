"""Contexts with as much of a server as a resolver under test looks at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from app.assets import Asset
from app.errors import NotFound
from app.resolvers.context import Context

APPLICATION = UUID("4f0c6c1e7a3b4b61a7d1e7d8c1a2f3b4")


class Shelf:
    """A library that keeps what it is given in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def find(self, id: str) -> str:
        if id not in self.files:
            raise NotFound("There is no such file.")
        return id

    async def store(self, chunks: AsyncIterator[bytes], *, name: str, id: str) -> Asset:
        self.files[id] = b"".join([chunk async for chunk in chunks])
        return Asset(id=id, name=name, content_type="text/plain", size=len(self.files[id]), sha256="0" * 64)


def context(application: UUID = APPLICATION, library: Any = None, **generation: Any) -> Context:
    """A context; `generation` has further parts of the application."""
    keystore = SimpleNamespace(secret=lambda name: name.encode() * 8)
    made: Any = SimpleNamespace(
        server=SimpleNamespace(keystore=keystore),
        generation=SimpleNamespace(
            application=SimpleNamespace(uuid=application), library=library, **generation
        ),
        base_url=lambda: "https://files.example",
    )
    found: Context = made
    return found
