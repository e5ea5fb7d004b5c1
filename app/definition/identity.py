"""Who calls: roles and their privileges, and how callers prove who they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from app.definition.part import Named
from app.definition.types import ActionName, Duration, ModelName

Privilege = Literal["use_api_key", "read_schema", "read_console", "manage", "build"]
PUBLIC = "public"
"""The role that everybody has, with or without a token."""
ROLE_MODEL = "Role"
"""The built-in model of roles; profiles' models relate to it."""


class Role(Named):
    privileges: tuple[Privilege, ...] = ()


class AuthenticationProfile(Named):
    """How callers prove who they are, and how long their tokens live."""

    kind: Literal["username_password", "custom"]
    model: ModelName
    username: str | None = Field(None, description="The property that holds the user name.")
    password: str | None = Field(None, description="The property of kind password.")
    roles: str | None = Field(None, description="The relation to Role.")
    locale: str | None = Field(None, description="The property that holds the locale.")
    action: ActionName | None = Field(None, description="Custom profiles: the action that decides.")
    access_expires_in: Duration = timedelta(hours=2)
    refresh_expires_in: Duration = timedelta(days=3)
