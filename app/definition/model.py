"""What an author's definition says, as frozen values: the application and everything in it.

`name` and `uuid` of a part are filled in by `load` after validation (the key it stands under, and the uuid
given or derived), so code that reads a definition finds them on every part.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from app.definition.names import derived_uuid
from app.definition.steps import Step
from app.definition.types import ActionName, Duration, KeyLists, ModelName, ProfileName, RoleName, RoleNames
from app.definition.where import Where
from app.expressions import Expression, Structure, Template, Value
from app.properties.base import Constraints

Privilege = Literal["use_api_key", "read_schema", "read_console", "manage", "build"]
PUBLIC = "public"
"""The role that everybody has, with or without a token."""


class Part(BaseModel):
    """Anything in a definition."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Named(Part):
    """A part that stands under a name and has a uuid."""

    name: str = Field("", validation_alias="\0name", description="The key it stands under.")
    uuid: UUID = Field(UUID(int=0), description="Stays the same through renames; derived when absent.")


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


class Configuration(Part):
    """A named value, or a secret that comes from the environment only."""

    value: Any = None
    env: str | None = None
    secret: str | None = Field(None, description="The environment variable that holds the secret.")


class HiddenFrom(Part):
    """`hidden: {except: [admin]}`: only these roles see the property."""

    roles: RoleNames = Field(validation_alias="except")


def _word_or_exception(raw: Any) -> str:
    return "(except)" if isinstance(raw, Mapping | HiddenFrom) else "(word)"


class Property(Named, Constraints):
    """One property of a model."""

    unique: bool = False
    hidden: Annotated[
        Annotated[bool, Tag("(word)")] | Annotated[HiddenFrom, Tag("(except)")],
        Discriminator(_word_or_exception),
    ] = Field(False, description="Seen by nobody outside, or by some roles only.")
    expression: Expression | None = Field(None, description="Kind expression: computed from the record.")
    relation: str | None = Field(None, description="Kinds count and sum: over which relation.")
    property: str | None = Field(None, description="Kind sum: which property of the related records.")
    was: str | None = Field(None, description="Its former name, so that a rename keeps the data.")


SERVER_PROPERTIES: Mapping[str, Property] = {
    "id": Property(kind="auto_increment", unique=True, description="Made by the server."),
    "created_at": Property(kind="date_time", description="When the record was made."),
    "updated_at": Property(kind="date_time", description="When the record was last changed."),
}
ROLE_MODEL = "Role"
"""The built-in model of roles; profiles' models relate to it."""

RelationKind = Literal["belongs_to", "has_many", "has_one", "has_and_belongs_to_many"]


class Relation(Named):
    """One relation of a model: exactly one of the four kinds, with the other model's name."""

    description: str = ""
    belongs_to: ModelName | None = None
    has_many: ModelName | None = None
    has_one: ModelName | None = None
    has_and_belongs_to_many: ModelName | None = None
    inverse: str | None = Field(None, description="The relation on the other side, where it is not plain.")
    required: bool = False
    on_delete: Literal["restrict", "cascade", "clear"] = "restrict"
    was: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Relation:
        kinds = [kind for kind in RELATION_KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"write one of {', '.join(RELATION_KINDS)} with a model")
        if (self.required or self.on_delete != "restrict") and kinds != ["belongs_to"]:
            raise ValueError("required and on_delete belong to the belongs_to side")
        return self

    @cached_property
    def kind(self) -> RelationKind:
        """Which of the four kinds."""
        return next(kind for kind in RELATION_KINDS if getattr(self, kind) is not None)

    @cached_property
    def model(self) -> str:
        """The name of the other model."""
        return str(getattr(self, self.kind))

    @cached_property
    def to_many(self) -> bool:
        """Whether a record may have more than one."""
        return self.kind in ("has_many", "has_and_belongs_to_many")


RELATION_KINDS: tuple[RelationKind, ...] = ("belongs_to", "has_many", "has_one", "has_and_belongs_to_many")


class Validation(Part):
    """An expression over the record's values that must be true, else the message."""

    expression: Expression
    message: str


def _word_or_filter(raw: Any) -> str:
    return "(filter)" if isinstance(raw, Mapping | Where) else "(word)"


Rows = Annotated[
    Annotated[Literal["all", "none"], Tag("(word)")] | Annotated[Where, Tag("(filter)")],
    Discriminator(_word_or_filter),
]
"""Which rows a role gets: all, none, or those a filter selects; `me` in it is who calls."""


class View(Named):
    """A saved choice of properties, for the REST door."""

    properties: tuple[str, ...]


class SavedFilter(Named):
    """A saved filter, for the REST door."""

    where: Where


class Model(Named):
    """A model: its records' properties and relations, and who may read and write them."""

    description: str = ""
    properties: dict[str, Property] = {}
    relations: dict[str, Relation] = {}
    unique: KeyLists = ()
    index: KeyLists = ()
    validations: tuple[Validation, ...] = ()
    read: dict[RoleName, Rows] = {}
    write: dict[RoleName, Rows] = {}
    views: dict[str, View] = {}
    filters: dict[str, SavedFilter] = {}
    was: str | None = None

    @cached_property
    def all_properties(self) -> Mapping[str, Property]:
        """The properties with those that the server makes: `id`, `created_at` and `updated_at`."""
        made = {
            name: property.model_copy(
                update={"name": name, "uuid": derived_uuid(self.uuid, "property", name)}
            )
            for name, property in SERVER_PROPERTIES.items()
        }
        return {"id": made.pop("id"), **self.properties, **made}


class WebserviceEndpoint(Part):
    """One call of a webservice."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET"
    path: Template = Field(default_factory=lambda: Template.parse("/"))
    variables: tuple[str, ...] = ()
    headers: dict[str, Template] = {}
    query: dict[str, Template] = {}
    body: Structure | None = None


class Webservice(Named):
    """Another server that actions call; its host is trusted."""

    protocol: Literal["http", "https"] = "https"
    host: Template
    content_type: str = "application/json"
    variables: tuple[str, ...] = ()
    headers: dict[str, Template] = {}
    endpoints: dict[str, WebserviceEndpoint]


class Input(Named, Constraints):
    """One input of an action: a value of a property kind, or a record of a model (`model:`)."""

    kind: str = ""
    model: ModelName | None = Field(None, description="The input is a record's values of this model.")
    label: str = Field("", validation_alias="name", description="What people see.")

    @model_validator(mode="after")
    def _kind_or_model(self) -> Input:
        if bool(self.kind) == bool(self.model):
            raise ValueError("write either kind or model")
        return self


class ModuleTrigger(Part):
    """Executable over the Execution API."""

    access: Literal["api_key", "none"] = "none"


class IncomingTrigger(Part):
    """Called over the incoming API."""

    mode: Literal["wait", "poll"] = "wait"
    timeout: Duration | None = None
    anonymous: bool = False
    alias: str | None = None
    per_record: bool = False


class ScheduleTrigger(Part):
    """Started by the clock."""

    cron: str
    timezone: str = "UTC"
    misfire: Literal["skip", "once"] = "once"


class Triggers(Part):
    """What starts an action beside a call by its id."""

    module: ModuleTrigger | None = None
    incoming_api: IncomingTrigger | None = None
    schedule: ScheduleTrigger | None = None


class Action(Named):
    """Steps under a name: who may call it, what goes in, what comes out."""

    description: str = ""
    profile: ProfileName | None = Field(None, description="The profile whose tokens it takes; absent: any.")
    model: ModelName | None = None
    allow: RoleNames = Field((), description="Roles, or public, that may call it by its id.")
    input: dict[str, Input] = {}
    steps: tuple[Step, ...] = ()
    result: Value | None = None
    outputs: dict[str, Value] = {}
    triggers: Triggers = Triggers()
    run_as: Literal["application", "caller"] = "application"
    atomic: bool = False
    timeout: Duration | None = None


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
