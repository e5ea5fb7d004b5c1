"""Step kinds with the options of the real ones and nothing behind them, and definitions written to files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, ClassVar

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.definition.load import Loaded, load
from app.definition.model import Application, Input
from app.definition.steps import Step, StepOptions
from app.definition.types import (
    ActionName,
    Duration,
    InputName,
    MemberName,
    ModelName,
    PropertyPath,
    ResultName,
    VariableName,
    WebserviceEndpointName,
    WebserviceName,
)
from app.definition.where import Where
from app.expressions import Expression, Template, Value


class Assign(StepOptions):
    variables: dict[ResultName, Value]

    @model_validator(mode="before")
    @classmethod
    def _variables(cls, raw: Any) -> Any:
        return {"variables": raw}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "object"}


class Text(StepOptions):
    shorthand: ClassVar[str | None] = "text"
    text: Template


class Create(StepOptions):
    model: ModelName
    values: dict[MemberName, Value] = Field({})


class Update(StepOptions):
    record: Expression
    values: dict[str, Value] = Field({})


class Upsert(StepOptions):
    model: ModelName
    record: Expression | None = None
    unique_by: tuple[MemberName, ...] = ()
    values: dict[MemberName, Value] = Field({})


class Sort(StepOptions):
    field: MemberName
    order: str = "ASC"


class Find(StepOptions):
    model: ModelName
    where: Where | None = None
    sort: tuple[Sort, ...] = ()
    first: bool = False
    ignore_null: bool = False


class Condition(StepOptions):
    shorthand: ClassVar[str | None] = "test"
    test: Expression | None = None


class Loop(StepOptions):
    shorthand: ClassVar[str | None] = "items"
    items: Expression


class Call(StepOptions):
    action: ActionName
    with_: dict[InputName, Value] = Field({}, alias="with")


class HttpRequest(StepOptions):
    webservice: WebserviceName | None = None
    endpoint: WebserviceEndpointName | None = None
    with_: dict[VariableName, Value] = Field({}, alias="with")
    url: Template | None = None


class StoreFile(StepOptions):
    url: Value
    property: PropertyPath


class Ask(StepOptions):
    title: Template
    fields: dict[str, Input]
    within: Duration


class SendEmail(StepOptions):
    to: Value
    subject: Template
    text: Template


class Finish(StepOptions):
    shorthand: ClassVar[str | None] = "result"
    result: Value | None = None


@dataclass(frozen=True)
class ToyKind:
    name: str
    options: type[StepOptions]
    reaches: bool = False
    blocks: frozenset[str] = frozenset()

    def problems(self, options: Any, step: Step, application: Application) -> Iterator[str]:
        if isinstance(options, StoreFile) and step.as_ is None:
            yield "nothing gets the file; write as"


STEPS: Mapping[str, ToyKind] = {
    kind.name: kind
    for kind in (
        ToyKind("assign", Assign),
        ToyKind("debug", Text),
        ToyKind("error", Text),
        ToyKind("create", Create),
        ToyKind("update", Update),
        ToyKind("upsert", Upsert),
        ToyKind("find", Find),
        ToyKind("condition", Condition, blocks=frozenset({"then", "else", "cases"})),
        ToyKind("loop", Loop, blocks=frozenset({"do", "each", "index"})),
        ToyKind("call", Call),
        ToyKind("finish", Finish),
        ToyKind("http_request", HttpRequest, reaches=True),
        ToyKind("store_file", StoreFile, reaches=True),
        ToyKind("ask", Ask, reaches=True),
        ToyKind("send_email", SendEmail, reaches=True),
    )
}

HEAD = "application: toys\nuuid: 00000000-0000-4000-8000-000000000001\n"
"""What every definition needs; what is written below it begins on line 3."""


def written(folder: Path, body: str, name: str = "toys.yaml") -> Path:
    """A file with this definition, without its indentation, below `HEAD`."""
    file = folder / name
    file.write_text(HEAD + dedent(body).lstrip("\n"))
    return file


def loaded(folder: Path, body: str) -> Loaded:
    """This definition, loaded with the toy kinds."""
    return load(written(folder, body), steps=STEPS)
