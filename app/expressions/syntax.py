"""The parts an expression consists of, as the parser makes them and the compiler reads them.

Chains of one operator are flat, so that neither depth nor recursion grows with their length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.expressions.functions import Function
from app.expressions.kinds import Kind, kind_of


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression from `start` to `end` (0-based) of its source."""

    start: int
    end: int

    @property
    def kinds(self) -> Kind:
        """The kinds of values it can have, as far as they are known without evaluating it."""
        return Kind.ANY

    def children(self) -> tuple[Node, ...]:
        """The parts it consists of."""
        return ()


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A text, number, boolean or null."""

    value: Any

    @property
    def kinds(self) -> Kind:
        return kind_of(self.value)


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A name of the scope."""

    name: str


@dataclass(frozen=True, slots=True)
class Access(Node):
    """Parts of parts of a value."""

    base: Node
    keys: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return (self.base, *self.keys)


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list of values."""

    items: tuple[Node, ...]

    @property
    def kinds(self) -> Kind:
        return Kind.LIST

    def children(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments."""

    function: Function
    arguments: tuple[Node, ...]

    @property
    def kinds(self) -> Kind:
        return self.function.result | Kind.NULL if self.function.passes_null else self.function.result

    def children(self) -> tuple[Node, ...]:
        return self.arguments


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """A number or duration with the other sign."""

    operand: Node

    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a condition."""

    operand: Node

    @property
    def kinds(self) -> Kind:
        return Kind.BOOLEAN

    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator, where it stands, and what stands on its right."""

    symbol: str
    place: int
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """A value and what is done with it, from left to right."""

    first: Node
    operations: tuple[Operation, ...]

    def children(self) -> tuple[Node, ...]:
        return (self.first, *(operation.operand for operation in self.operations))


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """Two values and how they compare."""

    left: Node
    operation: Operation

    @property
    def kinds(self) -> Kind:
        return Kind.BOOLEAN

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.operation.operand)


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Conditions joined by `and`, or by `or`."""

    symbol: str
    operands: tuple[Node, ...]

    @property
    def kinds(self) -> Kind:
        return Kind.BOOLEAN

    def children(self) -> tuple[Node, ...]:
        return self.operands


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """One of two values, as a condition says."""

    condition: Node
    then: Node
    otherwise: Node

    @property
    def kinds(self) -> Kind:
        return self.then.kinds | self.otherwise.kinds

    def children(self) -> tuple[Node, ...]:
        return (self.condition, self.then, self.otherwise)


def paths(node: Node) -> Iterator[tuple[str, ...]]:
    """The dotted paths that an expression reads, each up to its first part that is not a constant text."""
    if isinstance(node, Variable):
        yield (node.name,)
        return
    if isinstance(node, Call) and node.function.reads is not None:
        yield (node.function.reads,)
    if isinstance(node, Access) and isinstance(node.base, Variable):
        yield (node.base.name, *_constant_keys(node))
        for key in node.keys:
            yield from paths(key)
        return
    for child in node.children():
        yield from paths(child)


def _constant_keys(node: Access) -> Iterator[str]:
    for key in node.keys:
        if not isinstance(key, Constant) or not isinstance(key.value, str):
            return
        yield key.value
