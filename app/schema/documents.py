"""Documents made ready once: parsed, guarded, bound to the schema, validated, and kept while they are used.

The cache belongs to one schema and dies with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged as merging

from app.metrics import Cache
from app.schema.guard import VALIDATION_FAILED, Limits, guard, parse_guarded
from app.schema.shelves import Shelves
from app.schema.slots import Quick, quick
from app.schema.uses import NOWHERE, variable_uses
from app.schema.variables import bind_variables

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
# What one token costs in memory with its syntax nodes, measured at its worst.
_BYTES_A_TOKEN = 400
# Fields of one name are compared pairwise: graphql-core's own budget allows a document a second of that.
merging.MAX_COMPLEXITY_BUDGET = 40_000
_ABORTED = "Validation aborted."
_TOO_MUCH_TO_MERGE = (
    "The document asks for the same fields too often to be compared. Ask for each once, or spread less."
)


class InvalidDocument(Exception):
    """A document that is not to be executed, with every reason."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = tuple(errors)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A valid document and the operation of it to run.

    It is the same object each time while the document is cached, so what is made for it can be kept by it.
    """

    document: DocumentNode
    operation: OperationDefinitionNode
    weight: int
    """The memory of the document, in bytes, about."""
    quick: Quick | None
    """How plain variables are coerced; None where they are not plain."""
    whole: frozenset[str] = frozenset()
    """The variables whose values change nothing in a plan."""

    @cached_property
    def reads(self) -> bool:
        """Whether the operation is a query, which changes nothing."""
        return self.operation.operation is OperationType.QUERY

    @cached_property
    def roots(self) -> frozenset[str]:
        """The names of the operation's root fields, without their aliases."""
        return frozenset(self.root_names)

    @cached_property
    def root_names(self) -> tuple[str, ...]:
        """The name of each root field, as often as it is asked for."""
        fragments = {
            node.name.value: node
            for node in self.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        return tuple(_names(self.operation.selection_set, fragments))


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is known of one source: its operations by name, or why it has none to run; and its memory."""

    operations: Mapping[str | None, Prepared]
    errors: tuple[GraphQLError, ...]
    weight: int


class Documents:
    """The prepared documents of one schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        max_documents: int = 1_000,
        max_bytes: int = 16_000_000,
        max_errors: int = 10,
        hide_suggestions: bool = False,
        counted: Cache | None = None,
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._max_errors = max_errors
        self._hide_suggestions = hide_suggestions
        self._shelves: Shelves[str, _Entry] = Shelves(max_documents, max_bytes)
        self._counted = counted or Cache()

    def __len__(self) -> int:
        return len(self._shelves)

    @property
    def weight(self) -> int:
        """The memory of what is cached, in bytes, about."""
        return self._shelves.weight

    def prepare(self, source: str, operation_name: str | None = None) -> Prepared:
        """The operation named, or the only one; InvalidDocument if the document or the choice is not good."""
        entry = self._find(source)
        if entry.errors:
            raise InvalidDocument(entry.errors)
        prepared = entry.operations.get(operation_name)
        if prepared is None:
            raise InvalidDocument([_unknown_operation(operation_name, entry.operations)])
        return prepared

    def _find(self, source: str) -> _Entry:
        entry = self._shelves.get(source)
        if entry is not None:
            self._counted.hits += 1
            return entry
        self._counted.misses += 1
        entry = self._make(source)
        self._shelves.add(source, entry, entry.weight)
        return entry

    def _make(self, source: str) -> _Entry:
        """Prepare a source that is not cached."""
        tokens = 0
        try:
            document = parse_guarded(source, self._limits)
            tokens = getattr(document, "token_count", self._limits.tokens)
            guard(document, None, self._limits)
            document = bind_variables(self._schema, document)
            errors = validate(
                self._schema,
                document,
                max_errors=self._max_errors,
                hide_suggestions=self._hide_suggestions,
            )
        except GraphQLError as error:
            errors = [error]
        weight = len(source) + tokens * _BYTES_A_TOKEN
        if errors:
            return _Entry({}, tuple(map(_as_kept, errors)), weight)
        return _Entry(self._operations(document, weight), (), weight)

    def _operations(self, document: DocumentNode, weight: int) -> dict[str | None, Prepared]:
        """Each operation by its name, and the only one by no name too."""
        by_name: dict[str | None, Prepared] = {}
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                by_name[node.name.value if node.name else None] = self._prepared(document, node, weight)
        if len(by_name) == 1:
            by_name[None] = next(iter(by_name.values()))
        return by_name

    def _prepared(self, document: DocumentNode, node: OperationDefinitionNode, weight: int) -> Prepared:
        writes = node.operation is OperationType.MUTATION
        uses = variable_uses(document, node) if writes else NOWHERE
        plain = None if uses.others else quick(self._schema, node.variable_definitions or (), uses.whole)
        return Prepared(document, node, weight, plain, uses.whole)


def _unknown_operation(name: str | None, known: Iterable[str | None]) -> GraphQLError:
    message = f"The document has no operation named {name!r}."
    if name is None:
        names = ", ".join(sorted(filter(None, known)))
        message = f"The document has several operations: {names}. Say which with 'operationName'."
    return GraphQLError(message, extensions={"code": VALIDATION_FAILED})


def _as_kept(error: GraphQLError) -> GraphQLError:
    """The error with its code, and without the frames it was raised through, which it would keep alive."""
    if error.message == _ABORTED:
        error.message = _TOO_MUCH_TO_MERGE
    syntax = isinstance(error, GraphQLSyntaxError)
    error.extensions = {"code": PARSE_FAILED if syntax else VALIDATION_FAILED}
    error.__context__ = error.__cause__ = None
    if error.original_error:
        error.original_error.with_traceback(None)
    return error.with_traceback(None)


def _names(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, FragmentSpreadNode):
            yield from _names(fragments[node.name.value].selection_set, fragments)
        else:
            assert isinstance(node, InlineFragmentNode)
            yield from _names(node.selection_set, fragments)
