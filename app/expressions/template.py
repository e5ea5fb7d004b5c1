"""Liquid templates, read once and rendered many times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.expressions.errors import ExpressionError
from app.expressions.limits import MAX_TAG, MAX_TEMPLATE
from app.expressions.values import Scope

if TYPE_CHECKING:
    from app.expressions.liquid_text import LiquidText

OPENING = re.compile(r"\{\{|\{%")
VERBATIM = re.compile(r"\{%-?\s{0,100}(raw|doc)\s{0,100}-?%\}")
SPACES = re.compile(r"\s{200}")
Escape = Literal["no", "html", "url"]
"""What values are made safe for."""


@dataclass(frozen=True, slots=True)
class Template:
    """A Liquid template; equal to another with the same source that escapes likewise.

    `names` are the names of the scope that it reads, `paths` the dotted paths that it reads from them, each up to its
    first part that is not constant. `is_static`: it has no tags and is its own text.
    """

    source: str
    escape: Escape
    _liquid: LiquidText | None = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str, escape: Escape = "no") -> Template:
        """Read a template; `escape` makes its values safe in HTML or a URL. Raises ExpressionError with the line."""
        if len(text) > MAX_TEMPLATE:
            raise ExpressionError(f"the template has more than {MAX_TEMPLATE:,} characters. Split it")
        if OPENING.search(text) is None:
            return cls(text, escape, None)
        check_tags(text)
        # Liquid takes 5 MiB and a tenth of a start, and not every definition has a template.
        from app.expressions.liquid_text import LiquidText

        return cls(text, escape, LiquidText.parse(text, escape))

    @property
    def is_static(self) -> bool:
        return self._liquid is None

    @property
    def names(self) -> frozenset[str]:
        return frozenset() if self._liquid is None else self._liquid.names

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        return frozenset() if self._liquid is None else self._liquid.paths()

    def render(self, scope: Scope) -> str:
        """The text with these names; one that is not there prints nothing. Raises EvaluationError."""
        return self.source if self._liquid is None else self._liquid.render(scope)

    def __str__(self) -> str:
        return self.source

    @classmethod
    def read(cls, raw: object) -> Template:
        """A template as it stands in YAML."""
        if isinstance(raw, Template):
            return raw
        if isinstance(raw, str):
            return cls.parse(str.__str__(raw))
        raise ExpressionError("write a text; {{ name }} in it is replaced by a value")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "description": "A text; Liquid in it, as in `{{ name }}`, is replaced by values.",
        }


def check_tags(source: str) -> None:
    """Raise ExpressionError for a tag that is not closed or too long, before a slower look at it."""
    place = 0
    while opening := OPENING.search(source, place):
        closing = "}}" if opening.group() == "{{" else "%}"
        line = source.count("\n", 0, opening.start()) + 1
        end = source.find(closing, opening.end())
        if end < 0:
            raise mistake(f"'{opening.group()}' is not closed", line, f"Write '{closing}' after it")
        if end - opening.start() > MAX_TAG or SPACES.search(source, opening.start(), end):
            raise mistake(
                f"a tag has more than {MAX_TAG:,} characters, or 200 spaces in a row", line, "Shorten it"
            )
        place = end + 2
        verbatim = VERBATIM.match(source, opening.start())
        if verbatim is not None:
            place = verbatim_end(source, verbatim, line)


def verbatim_end(source: str, opening: re.Match[str], line: int) -> int:
    """Where a part that is no template ends."""
    closing = re.compile(r"\{%-?\s{0,100}end" + opening.group(1) + r"\s{0,100}-?%\}").search(
        source, opening.end()
    )
    if closing is None:
        raise mistake(
            f"'{opening.group(1)}' has no end", line, f"Write {{% end{opening.group(1)} %}} after it"
        )
    return closing.end()


def mistake(what: str, line: int, remedy: str = "") -> ExpressionError:
    """The error of a template at a line."""
    return ExpressionError(f"{what} at line {line}. {remedy}".rstrip(". "), line)
