"""What a backup says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.definition.names import snake

FORMAT = 1
"""Counted up when an older release could not restore what a newer one writes."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[^/\\\x00-\x1f]{0,200}\.(ya?ml|py)$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listed(_Part):
    """A file of the backup."""

    size: Annotated[int, Field(ge=0)]
    sha256: Sha256


class DatabaseFacts(_Part):
    """Which kind of database it was; `version` is that of PostgreSQL's server, 0 for SQLite."""

    kind: Literal["sqlite", "postgresql"]
    version: int


class BackedUp(_Part):
    """An application: `files` of its definition, by their names, say where they are in the backup."""

    uuid: UUID
    name: str
    revision: str
    files: Mapping[FileName, str]

    @property
    def folder(self) -> str:
        """The folder that its definition is put into."""
        return snake(self.name) or self.uuid.hex


class Manifest(_Part):
    """Everything in a backup; `missing` are files that records refer to and that the store had lost, or had damaged."""

    format: Literal[1] = 1
    actionql: str
    created: datetime
    database: DatabaseFacts
    applications: tuple[BackedUp, ...]
    missing: tuple[str, ...]
    files: Mapping[str, Listed]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(one.size for one in self.files.values())
