"""What a description is made of, for whom, and where its doors are."""

from __future__ import annotations

from dataclasses import dataclass

from app.definition.model import Application
from app.openapi.schemas import Schemas
from app.permissions import Permissions


@dataclass(frozen=True, slots=True)
class Subject:
    """An application as it exists for callers with some roles."""

    application: Application
    permissions: Permissions
    roles: frozenset[str]
    schemas: Schemas
    unprefixed: bool = True
    """Whether the paths without an application's name lead to this one."""
    instance: str = "phixflow"
    """The instance name, with which the paths of the incoming API begin."""

    @property
    def runtime(self) -> str:
        """The path below which every door of this application is found by its uuid."""
        return f"/api/runtime/{self.application.uuid.hex}"
