"""Liquid as definitions use it: python-liquid with limits on time, loops and size, nothing but data in reach.

A template can't load others, read attributes of Python objects or see a clock of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from time import thread_time
from typing import Any, TextIO
from urllib.parse import quote

from liquid import BoundTemplate, Environment, RenderContext, escape
from liquid.ast import BlockNode, Node
from liquid.builtin.expressions.filtered import FilteredExpression
from liquid.builtin.expressions.path import Path as LiquidPath
from liquid.builtin.expressions.primitive import FloatLiteral, RangeLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.echo_tag import EchoNode, EchoTag
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.builtin.tags.tablerow_tag import TablerowNode, TablerowTag
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.expression import Expression
from liquid.stream import TokenStream
from liquid.token import Token
from liquid.undefined import UNDEFINED
from liquid.utils import ReadOnlyChainMap

from app.expressions.errors import OperandError
from app.expressions.filters import FILTERS, too_long, written
from app.expressions.limits import MAX_LIST, MAX_LOOP, MAX_RENDER_SECONDS, MAX_TEXT
from app.expressions.template import Escape
from app.expressions.values import plain

READS_BETWEEN_CHECKS = 16
REMOVED_TAGS = ("include", "render")
_PLAIN_IN_URLS = ":@,~"
"""What stands in a path and in a query as it is, beside letters and digits."""


class RenderingError(LiquidError):
    """What a template may not do or a filter can't do; the message is ours and shows no value."""


class Context(RenderContext):
    """One rendering: its names, and how much time it has left."""

    __slots__ = ("deadline", "reads")

    def __init__(self, template: BoundTemplate, **options: Any) -> None:
        super().__init__(template, **options)
        self.scope = ReadOnlyChainMap(self.locals, self.globals, self.counters)
        self.deadline = thread_time() + MAX_RENDER_SECONDS
        self.reads = 0

    def check_time(self) -> None:
        """Raise RenderingError when the CPU time is used up."""
        if thread_time() > self.deadline:
            raise RenderingError("the template takes too long", token=None)

    def get(self, path: list[object], *, token: Token | None, default: object = UNDEFINED) -> object:
        """The value of a path, without binary floats."""
        self.reads += 1
        if self.reads % READS_BETWEEN_CHECKS == 0:
            self.check_time()
        value = super().get(path, token=token, default=default)
        if isinstance(value, str):
            return value
        try:
            return plain(value)
        except OperandError as fault:
            raise RenderingError(str(fault), token=token) from None

    def get_item(self, obj: Any, key: Any) -> Any:
        """A part of an object, an element of a list, or `size`, `first` or `last`; nothing else has parts."""
        if isinstance(obj, Mapping | list | tuple) or (isinstance(obj, str) and key == "size"):
            return super().get_item(obj, key)
        raise TypeError("the value has no parts")

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        """The filter, with its limits."""
        return partial(self.filtered, super().filter(name, token), token)

    def filtered(self, call: Callable[..., Any], token: Token | None, *values: Any, **options: Any) -> Any:
        """What a filter makes of its values; raises RenderingError if it can't or that is too large."""
        self.check_time()
        try:
            result = call(*values, **options)
            if isinstance(result, str) and len(result) > MAX_TEXT:
                raise too_long()
            if isinstance(result, list) and len(result) > MAX_LIST:
                raise OperandError(f"the list would have more than {MAX_LIST:,} elements")
        except OperandError as fault:
            raise RenderingError(str(fault), token=token) from None
        return result


class ScopedTemplate(BoundTemplate):
    """A template whose names are those of the scope alone."""

    context_class = Context

    def make_partial_namespace(
        self, partial: bool, render_args: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Nothing beside the scope."""
        return {}


class Printed(OutputNode):
    """`{{ value }}`, printed in the plain form of values."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        return buffer.write(printed(self.expression, context, self.token))


class Echoed(EchoNode):
    """`{% echo value %}`, printed likewise."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        return buffer.write(printed(self.expression, context, self.token))


def printed(expression: Expression, context: RenderContext, token: Token) -> str:
    """The text of a value, escaped where the template asks for it."""
    try:
        text = written(expression.evaluate(context))
    except OperandError as fault:
        raise RenderingError(str(fault), token=token) from None
    if isinstance(context.env, UrlEnvironment):
        return text if _belongs_in_url(expression) else quote(text, safe=_PLAIN_IN_URLS)
    return escape(text) if context.autoescape else text


def _belongs_in_url(expression: Expression) -> bool:
    """Whether a value is encoded already, or the author's own: part of `config`."""
    if not isinstance(expression, FilteredExpression):
        return False
    if expression.filters:
        return expression.filters[-1].name == "url_encode"
    return isinstance(expression.left, LiquidPath) and expression.left.path[0] == "config"


class PrintedTag(Output):
    """Reads `{{ value }}`."""

    node_class = Printed


class EchoedTag(EchoTag):
    """Reads `{% echo value %}`."""

    node_class = Echoed


class Round(BlockNode):
    """What a loop does in each of its rounds; looks at the time before."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write one round."""
        if isinstance(context, Context):
            context.check_time()
        return super().render_to_output(context, buffer)


class BoundedRange(RangeLiteral):
    """`(1..n)`, no longer than a loop may be."""

    def evaluate(self, context: RenderContext) -> range:
        """The range; raises RenderingError when it is too long."""
        numbers = super().evaluate(context)
        if numbers.stop - numbers.start > MAX_LOOP:
            raise RenderingError(f"the loop has more than {MAX_LOOP:,} rounds", token=self.token)
        return numbers


def bound(node: Node) -> Node:
    """A loop whose rounds look at the time and whose range has an end."""
    if isinstance(node, ForNode | TablerowNode):
        node.block = Round(node.block.token, node.block.nodes)
        iterable = node.expression.iterable
        if isinstance(iterable, RangeLiteral):
            node.expression.iterable = BoundedRange(iterable.token, iterable.start, iterable.stop)
    return node


class BoundedFor(ForTag):
    """Reads `{% for %}`."""

    def parse(self, stream: TokenStream) -> Node:
        """The loop, bounded."""
        return bound(super().parse(stream))


class BoundedTablerow(TablerowTag):
    """Reads `{% tablerow %}`."""

    def parse(self, stream: TokenStream) -> TablerowNode:
        """The loop, bounded."""
        node = super().parse(stream)
        bound(node)
        return node


class TemplateEnvironment(Environment):
    """Liquid with our tags, filters and limits."""

    loop_iteration_limit = MAX_LOOP
    output_stream_limit = MAX_TEXT
    context_depth_limit = 30
    block_nesting_limit = 30
    template_class = ScopedTemplate

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """The standard ones, without those that load templates, and with ours in place of some."""
        super().setup_tags_and_filters(extra=False)
        for name in REMOVED_TAGS:
            del self.tags[name]
        for tag in (PrintedTag, EchoedTag, BoundedFor, BoundedTablerow):
            self.add_tag(tag)
        self.filters.update(FILTERS)


class UrlEnvironment(TemplateEnvironment):
    """The same for what becomes part of a URL: no value ends a segment or a parameter."""


_ENVIRONMENTS: Mapping[Escape, Environment] = {
    "no": TemplateEnvironment(),
    "html": TemplateEnvironment(autoescape=True),
    "url": UrlEnvironment(),
}


def parsed(source: str, escape: Escape) -> BoundTemplate:
    """The template with its number literals exact; raises LiquidError."""
    template = _ENVIRONMENTS[escape].from_string(source)
    for expression in expressions(template):
        if isinstance(expression, FloatLiteral):
            expression.value = Decimal(expression.token.value)  # type: ignore[assignment]
        if isinstance(expression, RangeLiteral) and not isinstance(expression, BoundedRange):
            raise LiquidSyntaxError("a range stands only in a loop", token=expression.token)
    return template


def expressions(template: BoundTemplate) -> Iterator[Expression]:
    """Every expression of a template, and those within them."""
    static = RenderContext(template)
    waiting: list[Node | Expression] = list(template.nodes)
    while waiting:
        part = waiting.pop()
        if isinstance(part, Expression):
            yield part
            waiting.extend(part.children())
            continue
        waiting.extend(part.expressions())
        waiting.extend(part.children(static, include_partials=False))
