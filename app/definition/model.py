"""What an author's definition says, as frozen values: the application and everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.definition.actions import Action, IncomingTrigger, Input, ModuleTrigger, ScheduleTrigger, Triggers
from app.definition.endpoints import Endpoint, GeneratedApi
from app.definition.identity import PUBLIC, ROLE_MODEL, AuthenticationProfile, Privilege, Role
from app.definition.models import (
    RELATION_KINDS,
    SERVER_PROPERTIES,
    CollectionRight,
    HiddenFrom,
    Model,
    Property,
    Relation,
    RelationKind,
    Rows,
    SavedFilter,
    Validation,
    View,
)
from app.definition.part import Named, Part
from app.definition.types import ModelName
from app.definition.webservices import Webservice, WebserviceEndpoint

__all__ = [
    "PUBLIC",
    "RELATION_KINDS",
    "ROLE_MODEL",
    "SERVER_PROPERTIES",
    "Action",
    "Application",
    "AuthenticationProfile",
    "CollectionRight",
    "Configuration",
    "Endpoint",
    "GeneratedApi",
    "HiddenFrom",
    "IncomingTrigger",
    "Input",
    "Model",
    "ModuleTrigger",
    "Named",
    "Part",
    "Privilege",
    "Property",
    "Relation",
    "RelationKind",
    "Role",
    "Rows",
    "SavedFilter",
    "ScheduleTrigger",
    "Triggers",
    "Validation",
    "View",
    "Webservice",
    "WebserviceEndpoint",
]


class Configuration(Named):
    """A named value, or a secret that comes from the environment only."""

    value: Any = None
    env: str | None = None
    secret: str | None = Field(None, description="The environment variable that holds the secret.")


class Application(Part):
    """A whole definition."""

    name: str = Field(validation_alias="application")
    uuid: UUID
    title: str = ""
    description: str = ""
    status: Literal["development", "live"] = "development"
    private_data_mode: bool = False
    hosts: tuple[str, ...] = ()
    roles: dict[str, Role] = {}
    authentication_profiles: dict[str, AuthenticationProfile] = {}
    configurations: dict[str, Configuration] = {}
    models: dict[str, Model] = {}
    webservices: dict[str, Webservice] = {}
    actions: dict[str, Action] = {}
    endpoints: dict[str, Endpoint] = {}
    api_generator: dict[ModelName, GeneratedApi] = {}
    records: dict[ModelName, tuple[Mapping[str, Any], ...]] = {}
