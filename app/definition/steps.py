"""A step as an author writes it: one mapping with its kind, the kind's options and what every step has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.definition.types import Duration
from app.expressions import Expression
from app.suggestions import did_you_mean


class StepOptions(BaseModel):
    """The options of a step kind; `shorthand` names the option that a bare value stands for.

    Where `named` is true they have one field, whose keys the author chooses and writes in the place of options.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)
    shorthand: ClassVar[str | None] = None
    named: ClassVar[bool] = False

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if value is None:
            return {}
        if cls.shorthand is not None and not isinstance(value, Mapping):
            return {cls.shorthand: value}
        return value


class Retry(BaseModel):
    """How often a reaching step is tried again, and how long it waits between."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    times: int = Field(3, ge=1, le=20)
    wait: Duration = timedelta(seconds=1)
    backoff: float = Field(2.0, ge=1, le=10)


class Case(BaseModel):
    """One branch of a `condition` with several: the first whose `if` is true runs."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    if_: Expression = Field(alias="if")
    then: tuple[Step, ...]


def _word_or_steps(raw: Any) -> str:
    return "(steps)" if isinstance(raw, list | tuple) else "(word)"


class Step(BaseModel):
    """One step of an action."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: str
    options: Any = None
    as_: str | None = Field(None, alias="as", description="The name its result gets.")
    if_: Expression | None = Field(None, alias="if", description="The step is left out unless this is true.")
    then: tuple[Step, ...] = Field((), description="What runs if it is true.")
    else_: tuple[Step, ...] = Field((), alias="else", description="What runs if nothing else does.")
    cases: tuple[Case, ...] = Field((), description="The first whose `if` is true runs.")
    do: tuple[Step, ...] = Field((), description="What runs for each item.")
    each: str | None = Field(None, description="The name of the item.")
    index: str | None = Field(None, description="The name of the item's place, from 0.")
    retry: Retry | None = Field(
        None,
        description="Steps that leave the process: tried again so many `times` (1 to 20, else 3), after `wait` "
        "(else 1s), which gets longer by `backoff` (1 to 10, else 2) each time.",
    )
    on_error: Annotated[
        Annotated[Literal["continue"] | None, Tag("(word)")] | Annotated[tuple[Step, ...], Tag("(steps)")],
        Discriminator(_word_or_steps),
    ] = Field(None, description="Steps that leave the process: what runs when they have failed at last.")

    @model_validator(mode="before")
    @classmethod
    def _find_kind(cls, raw: Any, info: ValidationInfo) -> Any:
        """Turns `{create: {..}, as: x}` into kind and options.

        The kinds come with the validation context, `{"steps": {name: options class}}`: a definition
        does not know what runs it.
        """
        if not isinstance(raw, Mapping):
            raise ValueError("a step is a mapping from its kind to its options, as in {find: {model: Media}}")
        kinds = _kinds(info)
        words = {key: value for key, value in raw.items() if key in STEP_WORDS}
        found = [str(key) for key in raw if key not in STEP_WORDS]
        known = [key for key in found if key in kinds]
        unknown = next((key for key in found if key not in kinds), None)
        if unknown is not None:
            what = "word" if known else "step"
            raise ValueError(f"unknown {what} {unknown!r}.{did_you_mean(unknown, [*kinds, *STEP_WORDS])}")
        if len(known) != 1:
            raise ValueError(f"a step has one kind, not {' and '.join(known) or 'none'}")
        return {**words, "kind": known[0], "options": raw[known[0]]}

    @field_validator("on_error", mode="before")
    @classmethod
    def _continue_or_steps(cls, raw: Any) -> Any:
        if raw in (None, "continue") or isinstance(raw, list | tuple):
            return raw
        raise ValueError("write continue, or a list of steps")

    @field_validator("options", mode="after")
    @classmethod
    def _check_options(cls, raw: Any, info: ValidationInfo) -> Any:
        kind = info.data.get("kind", "")
        try:
            return _kinds(info)[kind].model_validate(raw, context=info.context)
        except ValidationError as error:
            raise OptionsError(kind, error) from error


class OptionsError(ValueError):
    """The options of a step are wrong; `error` has each mistake with its place below the kind's key."""

    def __init__(self, kind: str, error: ValidationError) -> None:
        super().__init__(f"the options of {kind} are wrong")
        self.kind = kind
        self.error = error


STEP_WORDS = frozenset({"as", "if", "then", "else", "cases", "do", "each", "index", "retry", "on_error"})


def _kinds(info: ValidationInfo) -> Mapping[str, type[StepOptions]]:
    kinds: Mapping[str, type[StepOptions]] = (info.context or {}).get("steps", {})
    return kinds
