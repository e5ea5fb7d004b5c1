"""What everything in a definition has in common.

`name` and `uuid` of a part are filled in by `load` after validation (the key it stands under, and the uuid
given or derived), so code that reads a definition finds them on every part.
"""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Anything in a definition."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, ignored_types=(cached_property,))


class Named(Part):
    """A part that stands under a name and has a uuid."""

    name: str = Field("", validation_alias="\0name", description="The key it stands under.")
    uuid: UUID = Field(UUID(int=0), description="Stays the same through renames; derived when absent.")
