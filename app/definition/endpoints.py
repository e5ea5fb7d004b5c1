"""Endpoints: the paths under which actions and models can be called."""

from __future__ import annotations

from typing import Literal

from app.definition.part import Named, Part
from app.definition.types import ActionName, ProfileName, RoleNames
from app.expressions import Template


class Endpoint(Named):
    """A custom endpoint: a path and method that run an action."""

    path: str
    description: str = ""
    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    request: Literal["json", "multipart"] = "json"
    response: Literal["json", "csv", "html"] = "json"
    profile: ProfileName | None = None
    allow: RoleNames = ()
    body: str | None = None
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    template: Template | None = None
    action: ActionName


class GeneratedApi(Part):
    """The five generated endpoints of a model."""

    path: str
    profile: ProfileName | None = None
    allow: RoleNames = ()
