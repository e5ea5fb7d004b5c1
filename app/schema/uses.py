"""Where a mutation uses its variables, which tells those that change what is asked from those that are just values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)


@dataclass(frozen=True, slots=True)
class Uses:
    """Where a mutation uses its variables."""

    whole: frozenset[str]
    """Those that are nothing but arguments of root fields, whose values change nothing in a plan."""
    others: bool
    """Whether there are variables in arguments of root fields that are not taken whole."""


NOWHERE = Uses(frozenset(), False)
"""For queries, whose variables all may change what is asked."""


def variable_uses(document: DocumentNode, operation: OperationDefinitionNode) -> Uses:
    """Where a mutation of a document uses its variables."""
    selections = operation.selection_set.selections
    roots = [node for node in selections if isinstance(node, FieldNode)]
    values = [argument.value for root in roots for argument in root.arguments or ()]
    given = {value.name.value for value in values if isinstance(value, VariableNode)}
    elsewhere: list[Node] = [value for value in values if not isinstance(value, VariableNode)]
    inside = variables_in(elsewhere)
    elsewhere += [node for node in selections if not isinstance(node, FieldNode)]
    elsewhere += [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    elsewhere += [node for root in roots for node in (*(root.directives or ()), root.selection_set) if node]
    whole = frozenset(given - variables_in(elsewhere))
    return Uses(whole, bool(inside) or given > whole or len(roots) < len(selections))


def variables_in(nodes: Sequence[Node]) -> frozenset[str]:
    """The names of all variables in these nodes."""
    found = _Variables()
    for node in nodes:
        visit(node, found)
    return frozenset(found.names)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.add(node.name.value)
