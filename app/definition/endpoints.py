"""Endpoints: the paths under which actions and models can be called."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from app.definition.part import Named
from app.definition.types import ActionName, ProfileName, RoleNames
from app.expressions import Template


class Endpoint(Named):
    """A custom endpoint: a path and method that run an action, or that begin or end a browser's session."""

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
    template: Template | None = Field(None, description="Response html: Liquid that sees `result` and `me`.")
    action: ActionName | None = None
    login: ProfileName | None = Field(
        None, description="Takes username and password, gives a session cookie."
    )
    logout: ProfileName | None = Field(None, description="Ends the session of the cookie.")

    @model_validator(mode="after")
    def _one_purpose(self) -> Endpoint:
        if [self.action, self.login, self.logout].count(None) != 2:
            raise ValueError("write one of action, login and logout")
        return self


class GeneratedApi(Named):
    """The five generated endpoints of a model: list, one, create, update and delete."""

    path: str
    profile: ProfileName | None = None
    allow: RoleNames = Field(
        (), description="Roles for which it opens what the model's own `read` or `write` says nothing of."
    )
