"""Templates with tags, as python-liquid reads and renders them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liquid import BoundTemplate
from liquid.exceptions import (
    BlockNestingError,
    ContextDepthError,
    LiquidError,
    LiquidInterrupt,
    LoopIterationLimitError,
    OutputStreamLimitError,
)
from liquid.static_analysis import Segments
from liquid.token import Token

from app.expressions.errors import EvaluationError, suggestion
from app.expressions.limits import MAX_LOOP, MAX_TEXT
from app.expressions.rendering import Context, RenderingError, parsed
from app.expressions.template import Escape, mistake
from app.expressions.values import Scope

REASONS: dict[type[LiquidError], str] = {
    BlockNestingError: "the tags are too deep inside one another",
    ContextDepthError: "the loops are too deep inside one another",
    LoopIterationLimitError: f"the loops have more than {MAX_LOOP:,} rounds",
    OutputStreamLimitError: f"the text would have more than {MAX_TEXT:,} bytes",
}


@dataclass(frozen=True, slots=True)
class LiquidText:
    """A text with tags; `names` are the names of the scope that it reads."""

    source: str
    names: frozenset[str]
    _bound: BoundTemplate

    @classmethod
    def parse(cls, text: str, escape: Escape) -> LiquidText:
        """Reads a text whose tags are closed; raises ExpressionError with the line."""
        try:
            bound = parsed(text, escape)
            return cls(text, names_of(bound), bound)
        except LiquidError as error:
            line = line_of(text, error.token)
            reason = REASONS.get(type(error), str(error.message or "this is no template"))
            raise mistake(reason, line) from None
        except RecursionError:
            raise mistake("the template is nested too deep", 1) from None

    def paths(self) -> frozenset[tuple[str, ...]]:
        """The dotted paths that it reads, each up to its first part that is not constant."""
        found = self._bound.analyze(include_partials=False).globals.values()
        return frozenset(tuple(_constant(one.segments)) for variables in found for one in variables)

    def render(self, scope: Scope) -> str:
        """The text with these names. Raises EvaluationError."""
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


def _constant(segments: Segments) -> Iterator[str]:
    for segment in segments:
        if not isinstance(segment, str):
            return
        yield segment


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
