"""What a property kind is: its column, its GraphQL type, how values come in and go out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.types import TypeEngine

TEXT_OPERATORS = frozenset(
    {"eq", "neq", "in", "nin", "matches", "does_not_match", "starts_with", "ends_with", "regex"}
)
ORDER_OPERATORS = frozenset({"eq", "neq", "gt", "gteq", "lt", "lteq", "in", "nin"})
EQUALITY_OPERATORS = frozenset({"eq", "neq"})
EXISTENCE_OPERATORS = frozenset({"exists", "does_not_exist"})
OPTIONS = ("minimum", "maximum", "length", "pattern", "options", "scale")
"""The constraints that only some kinds take."""


class Constraints(BaseModel):
    """The options that any property or action input may carry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="One of the property kinds.")
    description: str = Field("", description="What it means, for whoever reads a schema.")
    required: bool = Field(False, description="Whether a value must be there.")
    default: Any = Field(None, description="What it is where nothing is given.")
    minimum: Decimal | None = Field(None, description="Smallest number.")
    maximum: Decimal | None = Field(None, description="Largest number.")
    length: int | None = Field(None, ge=1, description="Most characters.")
    pattern: str | None = Field(None, description="A regular expression that the whole text must match.")
    options: tuple[str, ...] = Field((), description="The values of a list.")
    scale: int | None = Field(None, ge=0, le=12, description="Digits after the point of a decimal.")


class Invalid(ValueError):
    """A value that a kind does not take: `code` for machines (`is_required`), the message for people.

    The message goes on where the property's name ends: `price` + `is less than 0`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def in_words(wrong: Mapping[str, Invalid]) -> str:
    """What is wrong with values, by their names: `a is required; b is no date`."""
    *former, last = [f"{name} {problem}" for name, problem in wrong.items()]
    return "; ".join([*(problem.removesuffix(".") for problem in former), last])


class PropertyKind(ABC):
    """One kind of property. Kinds are stateless; everything about one property is in its `Constraints`."""

    name: ClassVar[str]
    description: ClassVar[str]
    graphql: ClassVar[str] = "String"
    """Name of the GraphQL output type: String Int Boolean Decimal DateTime Date Time JSON File Image ..."""
    graphql_input: ClassVar[str | None] = None
    """Name of the GraphQL input type where it differs from `graphql`."""
    takes: ClassVar[frozenset[str]] = frozenset()
    """Which of `OPTIONS` mean something to it; any other is a mistake in the definition."""
    operators: ClassVar[frozenset[str]] = TEXT_OPERATORS
    """Filter operators beside `exists` and `does_not_exist`, which every kind has."""
    stored: ClassVar[bool] = True
    """False for kinds that are computed when read and have no column."""
    readable: ClassVar[bool] = True
    """False for kinds that never leave the server, such as passwords."""
    writable: ClassVar[bool] = True
    """False for kinds that the server alone sets."""

    summable: ClassVar[bool] = False
    """Whether values add up to something."""

    @property
    def sortable(self) -> bool:
        """Whether records can be ordered, and grouped, by it."""
        return self.stored and self.graphql not in ("JSON", "File", "Image")

    @property
    def ranked(self) -> bool:
        """Whether of two values one is the greater."""
        return self.sortable and self.graphql != "Boolean"

    @abstractmethod
    def column(self, constraints: Constraints) -> TypeEngine[Any]:
        """The SQLAlchemy type of the column."""

    @abstractmethod
    def parse(self, value: Any, constraints: Constraints) -> Any:
        """The Python value of what a caller or a step gave (never None); raises `Invalid`."""

    def render(self, value: Any) -> Any:
        """The JSON-ready form of a Python value (never None)."""
        return value

    def schema(self, constraints: Constraints) -> dict[str, Any]:
        """The JSON Schema of what callers write (never null)."""
        return {"type": "string"}

    def answer_schema(self, constraints: Constraints) -> dict[str, Any]:
        """The JSON Schema of what they read (never null): without limits, which older records may not keep."""
        return self.schema(Constraints(kind=self.name, options=constraints.options))

    def problems(self, constraints: Constraints) -> Iterator[str]:
        """What is wrong with this kind's options in a definition, as sentences."""
        for option in OPTIONS:
            if option not in self.takes and getattr(constraints, option) not in (None, ()):
                yield f"{option} is no option of the kind {self.name}"
        low, high = constraints.minimum, constraints.maximum
        if low is not None and high is not None and low > high:
            yield f"minimum {low} is above maximum {high}"
        yield from self._default_problems(constraints)

    def _default_problems(self, constraints: Constraints) -> Iterator[str]:
        default = constraints.default
        if default is None:
            return
        if not self.writable:
            yield f"a property of kind {self.name} is set by the server and takes no default"
            return
        if isinstance(default, str) and default.startswith("="):
            return
        try:
            self.parse(default, constraints)
        except Invalid as invalid:
            yield f"the default {default!r} does not fit: {invalid}"
