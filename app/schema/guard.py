"""Refuses a GraphQL document that costs too much, before anything is done with it.

Every check is linear in the size of the source. A fragment is measured once and its measure is added
wherever it is spread, so fragments nested to mean billions of fields are counted, never walked. A refusal is
a `GraphQLError` with the code GRAPHQL_VALIDATION_FAILED that says which limit was passed, how much it allows,
and where.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Source,
    parse,
)

VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
_INTROSPECTION = frozenset({"__schema", "__type"})
_LOGIN = "login"
_SATURATED = 1_000_000

# A string, a comment or a bracket, whichever comes first; an unfinished string reaches to its end.
_BRACKETS = re.compile(
    r'"""(?:\\"""|[^"]|"(?!""))*(?:""")?|"(?:\\.|[^"\\\r\n])*"?|#[^\r\n]*|(?P<open>[{\[(])|(?P<close>[}\])])'
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one GraphQL document may ask for.

    `nesting` counts brackets of any kind in the source; `depth`, `fields`, `aliases` and the root counts are
    of one operation with its fragments expanded; `introspection_depth` replaces `depth` below `__schema` and
    `__type`.
    """

    bytes: int = 64_000
    tokens: int = 2_000
    nesting: int = 64
    depth: int = 10
    introspection_depth: int = 20
    fields: int = 500
    aliases: int = 30
    root_fields: int = 20
    root_mutations: int = 5


def parse_guarded(source: str, limits: Limits) -> DocumentNode:
    """Parse a document whose size, nesting and number of tokens are within the limits.

    Raises a `GraphQLSyntaxError` for what is no GraphQL or has too many tokens, and a refusal for the rest.
    """
    if len(source) > limits.bytes or len(source.encode(errors="surrogatepass")) > limits.bytes:
        raise refusal(f"The document is larger than {limits.bytes} bytes.")
    _check_nesting(source, limits)
    # Comments are kept as tokens of the document, so they are limited like tokens.
    return parse(source, max_lexical_tokens=limits.tokens, max_comments=limits.tokens)


def guard(document: DocumentNode, operation_name: str | None, limits: Limits) -> None:
    """Check the operation named, or each one where none is, against the limits.

    `login` has to be the only root field of the whole document, so that one request is one attempt.
    Fragments that form a cycle are left to validation, which refuses them.
    """
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = _measure_fragments(document)
    if fragments is None:
        return
    measures = [(node, _measure(node.selection_set).expand(fragments)) for node in operations]
    _check_login(measures)
    named = [pair for pair in measures if pair[0].name and pair[0].name.value == operation_name]
    for operation, measure in named or measures:
        _check(operation, measure, limits)


def refusal(
    message: str, nodes: Collection[Node] = (), source: Source | None = None, at: int = 0
) -> GraphQLError:
    """A validation error at the nodes, or at a position of the source, which its message also tells."""
    positions = [at] if source else None
    error = GraphQLError(message, list(nodes), source, positions, extensions={"code": VALIDATION_FAILED})
    if error.locations:
        place = error.locations[0]
        error.message = f"{message[:-1]} (line {place.line}, column {place.column})."
    return error


def _check_nesting(source: str, limits: Limits) -> None:
    """Refuse deep brackets before the parser, which recurses, sees them."""
    if sum(map(source.count, "{[(")) <= limits.nesting:
        return
    depth = 0
    for match in _BRACKETS.finditer(source):
        if match["open"]:
            depth += 1
        elif match["close"]:
            # The parser stops at a bracket that closes nothing, so what follows it starts anew.
            depth = max(depth - 1, 0)
        if depth > limits.nesting:
            raise refusal(
                f"The document nests brackets more than {limits.nesting} deep.",
                source=Source(source),
                at=match.start(),
            )


@dataclass(frozen=True, slots=True)
class _Spread:
    name: str
    depth: int
    introspecting: bool


@dataclass(slots=True)
class _Depth:
    """The deepest field and how deep it is."""

    value: int = 0
    node: Node | None = None

    def reach(self, value: int, node: Node | None) -> None:
        if value > self.value:
            self.value, self.node = value, node


@dataclass(slots=True)
class _Measure:
    """What a selection adds to an operation; `roots` and `logins` are of its own top level."""

    fields: int = 0
    aliases: int = 0
    roots: int = 0
    logins: int = 0
    depth: _Depth = field(default_factory=_Depth)
    introspection: _Depth = field(default_factory=_Depth)
    spreads: list[_Spread] = field(default_factory=list)

    def add(self, node: FieldNode, depth: int, introspecting: bool) -> None:
        """Count one field of the selection itself."""
        self.fields += 1
        self.aliases += node.alias is not None
        self.roots += depth == 1
        self.logins += depth == 1 and node.name.value == _LOGIN
        (self.introspection if introspecting else self.depth).reach(depth, node)

    def expand(self, fragments: Mapping[str, _Measure]) -> _Measure:
        """Add what every spread fragment that exists adds; the fragments are expanded already."""
        for spread in self.spreads:
            other = fragments.get(spread.name)
            if other is None:
                continue
            self.fields = min(self.fields + other.fields, _SATURATED)
            self.aliases = min(self.aliases + other.aliases, _SATURATED)
            if spread.depth == 0:
                self.roots = min(self.roots + other.roots, _SATURATED)
                self.logins = min(self.logins + other.logins, _SATURATED)
            below = self.introspection if spread.introspecting else self.depth
            below.reach(spread.depth + other.depth.value, other.depth.node)
            if other.introspection.node:
                self.introspection.reach(spread.depth + other.introspection.value, other.introspection.node)
        return self


def _measure(selections: SelectionSetNode) -> _Measure:
    """Measure one definition by itself, without recursion."""
    measure = _Measure()
    stack = [(selections, 0, False)]
    while stack:
        selections, depth, introspecting = stack.pop()
        if not selections.selections:
            raise refusal("A selection has to name at least one field.", [selections])
        for node in selections.selections:
            if isinstance(node, FragmentSpreadNode):
                measure.spreads.append(_Spread(node.name.value, depth, introspecting))
            elif isinstance(node, InlineFragmentNode):
                stack.append((node.selection_set, depth, introspecting))
            elif isinstance(node, FieldNode):
                inner = introspecting or node.name.value in _INTROSPECTION
                measure.add(node, depth + 1, inner)
                if node.selection_set:
                    stack.append((node.selection_set, depth + 1, inner))
    return measure


def _measure_fragments(document: DocumentNode) -> dict[str, _Measure] | None:
    """The expanded measure of each fragment, innermost first; None if they form a cycle."""
    measures = {
        node.name.value: _measure(node.selection_set)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    uses = {name: {spread.name for spread in measure.spreads} for name, measure in measures.items()}
    try:
        for name in TopologicalSorter(uses).static_order():
            if name in measures:
                measures[name].expand(measures)
    except CycleError:
        return None
    return measures


def _check_login(measures: Iterable[tuple[OperationDefinitionNode, _Measure]]) -> None:
    """Refuse several attempts to log in, and an attempt beside anything else."""
    measures = list(measures)
    logins = [pair for pair in measures if pair[0].operation is OperationType.MUTATION and pair[1].logins]
    if logins and sum(measure.roots for _, measure in measures) > 1:
        raise refusal("The field 'login' has to be the only root field of its document.", [logins[0][0]])


def _check(operation: OperationDefinitionNode, measure: _Measure, limits: Limits) -> None:
    """Refuse one operation that passes a limit."""
    mutation = operation.operation is OperationType.MUTATION
    roots = limits.root_mutations if mutation else limits.root_fields
    for value, limit, name in (
        (measure.roots, roots, "root mutations" if mutation else "root fields"),
        (measure.aliases, limits.aliases, "aliases"),
        (measure.fields, limits.fields, "fields"),
    ):
        if value > limit:
            raise refusal(f"The operation has more than {limit} {name}.", [operation])
    for depth, limit, name in (
        (measure.depth, limits.depth, "fields"),
        (measure.introspection, limits.introspection_depth, "introspection fields"),
    ):
        if depth.value > limit and depth.node:
            raise refusal(f"The operation nests {name} more than {limit} deep.", [depth.node])
