"""How a function of the expression language is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.expressions.kinds import Kind, described

Prepare = Callable[[Mapping[int, Any]], Callable[..., Any] | None]


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function takes in one place: its name, the kinds of values, and how often it may stand there."""

    name: str
    kinds: Kind
    optional: bool = False
    many: bool = False

    def __str__(self) -> str:
        marks = (".." if self.many else "") + ("?" if self.optional else "")
        return f"{self.name}: {described(self.kinds)}{marks}"


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its types, what it does, an example with what it gives (an expression too), and its code.

    `passes_null`: null as first argument gives null. `reads`: the name of the scope that it answers with.
    `pairs`: its arguments come two by two. `prepare` is given the constant arguments by position and may
    return code made for them; a OperandError of it is a mistake in the definition.
    """

    name: str
    parameters: tuple[Parameter, ...]
    result: Kind
    description: str
    example: str
    gives: str
    call: Callable[..., Any]
    passes_null: bool = False
    reads: str | None = None
    pairs: bool = False
    prepare: Prepare | None = None

    @property
    def least(self) -> int:
        """How many arguments it takes at least."""
        return sum(not parameter.optional for parameter in self.parameters)

    @property
    def most(self) -> int | None:
        """How many arguments it takes at most; None when there is no end to them."""
        if any(parameter.many for parameter in self.parameters):
            return None
        return len(self.parameters)

    def parameter(self, index: int) -> Parameter:
        """What stands in a place; the last parameter repeats when it may stand there many times."""
        return self.parameters[min(index, len(self.parameters) - 1)]

    def accepts(self, index: int, kinds: Kind) -> bool:
        """Whether a value that is one of these kinds may do as an argument."""
        if index == 0 and self.passes_null:
            kinds &= ~Kind.NULL
            return not kinds or bool(kinds & self.parameter(index).kinds)
        return bool(kinds & self.parameter(index).kinds)

    @property
    def signature(self) -> str:
        """`round(value: a number, digits: a number?)`, for documentation."""
        return f"{self.name}({', '.join(map(str, self.parameters))})"


def function(
    *parameters: Parameter,
    result: Kind,
    example: str,
    gives: str,
    passes_null: bool = False,
    reads: str | None = None,
    pairs: bool = False,
    prepare: Prepare | None = None,
) -> Callable[[Callable[..., Any]], Function]:
    """Declare the decorated code as a function; it gives the name and, in its docstring, the description."""

    def declare(call: Callable[..., Any]) -> Function:
        return Function(
            name=call.__name__.rstrip("_"),
            parameters=parameters,
            result=result,
            description=" ".join((call.__doc__ or "").split()),
            example=example,
            gives=gives,
            call=call,
            passes_null=passes_null,
            reads=reads,
            pairs=pairs,
            prepare=prepare,
        )

    return declare
