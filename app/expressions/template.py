"""Liquid templates, read once and rendered many times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from liquid import BoundTemplate
from liquid.exceptions import (
    BlockNestingError,
    ContextDepthError,
    LiquidError,
    LiquidInterrupt,
    LoopIterationLimitError,
    OutputStreamLimitError,
)
from liquid.token import Token
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from app.expressions.errors import EvaluationError, ExpressionError, suggestion
from app.expressions.limits import MAX_LOOP, MAX_TAG, MAX_TEMPLATE, MAX_TEXT
from app.expressions.rendering import Context, RenderingError, parsed
from app.expressions.values import Scope

OPENING = re.compile(r"\{\{|\{%")
VERBATIM = re.compile(r"\{%-?\s{0,100}(raw|doc)\s{0,100}-?%\}")
SPACES = re.compile(r"\s{200}")
REASONS: dict[type[LiquidError], str] = {
    BlockNestingError: "the tags are too deep inside one another",
    ContextDepthError: "the loops are too deep inside one another",
    LoopIterationLimitError: f"the loops have more than {MAX_LOOP:,} rounds",
    OutputStreamLimitError: f"the text would have more than {MAX_TEXT:,} bytes",
}


@dataclass(frozen=True, slots=True)
class Template:
    """A Liquid template; equal to another with the same source that escapes likewise.

    `names` are the names of the scope that it reads. `is_static`: it has no tags and is its own text.
    """

    source: str
    escape: bool
    names: frozenset[str] = field(compare=False, repr=False)
    _bound: BoundTemplate | None = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str, escape: bool = False) -> Template:
        """Read a template; `escape` makes its values safe in HTML. Raises ExpressionError with the line."""
        if len(text) > MAX_TEMPLATE:
            raise ExpressionError(f"the template has more than {MAX_TEMPLATE:,} characters. Split it")
        if OPENING.search(text) is None:
            return cls(text, escape, frozenset(), None)
        check_tags(text)
        try:
            bound = parsed(text, escape)
            return cls(text, escape, names_of(bound), bound)
        except LiquidError as error:
            line = line_of(text, error.token)
            reason = REASONS.get(type(error), str(error.message or "this is no template"))
            raise mistake(reason, line) from None
        except RecursionError:
            raise mistake("the template is nested too deep", 1) from None

    @property
    def is_static(self) -> bool:
        """Whether it has no tags."""
        return self._bound is None

    def render(self, scope: Scope) -> str:
        """The text with these names; one that is not there prints nothing. Raises EvaluationError."""
        if self._bound is None:
            return self.source
        context = Context(self._bound, globals=scope)
        buffer = context.get_buffer()
        try:
            self._bound.render_with_context(context, buffer)
        except LiquidError as error:
            line = line_of(self.source, error.token) if error.token else 0
            raise EvaluationError(reason_of(error), self.source, line, "line ") from None
        except (
            ArithmeticError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
            LiquidInterrupt,
        ) as error:
            raise EvaluationError("the values cannot be used so", self.source) from error
        return buffer.getvalue()

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


def names_of(bound: BoundTemplate) -> frozenset[str]:
    """The names of the scope that a template reads; raises ExpressionError for unknown filters."""
    analysis = bound.analyze(include_partials=False)
    known = bound.env.filters
    source = bound_source(bound)
    for name, spans in analysis.filters.items():
        if name not in known:
            line = source.count("\n", 0, spans[0].index) + 1
            raise mistake(f"unknown filter '{name}'", line, suggestion(name, known).strip())
    roots = [variable.segments[0] for variables in analysis.globals.values() for variable in variables]
    if not all(isinstance(root, str) for root in roots):
        raise mistake("a name in brackets stands at the front", 1, "Write the name without brackets")
    return frozenset(str(root) for root in roots)


def bound_source(bound: BoundTemplate) -> str:
    """The text that a template was read from."""
    return bound.nodes[0].token.source if bound.nodes else ""


def mistake(what: str, line: int, remedy: str = "") -> ExpressionError:
    """The error of a template at a line."""
    return ExpressionError(f"{what} at line {line}. {remedy}".rstrip(". "), line)


def line_of(source: str, token: Token | None) -> int:
    """The line that a token stands on."""
    if token is None:
        return 1
    return source.count("\n", 0, token.start_index if token.start_index >= 0 else len(source)) + 1


def reason_of(error: LiquidError) -> str:
    """What went wrong, without the values at hand."""
    if isinstance(error, RenderingError):
        return str(error.message)
    return REASONS.get(type(error), "a filter, loop or comparison cannot take its value")
