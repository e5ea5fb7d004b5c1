"""Actions: what goes in, the steps, what comes out, and what starts them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from app.definition.part import Named, Part
from app.definition.steps import Step
from app.definition.types import Duration, ModelName, ProfileName, RoleNames
from app.expressions import Value
from app.properties.base import Constraints


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
