"""A pattern as a graph: nodes that take a character, and the ways that lead from each to the next ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from re import _constants as codes  # type: ignore[attr-defined]
from typing import Any

from app.patterns.syntax import REPEATS, PatternError, Syntax

MATCH = 0
"""The node where the pattern ends."""
_MOST_NODES = 1000


class Place(Enum):
    """Where in a text a pattern may ask to be."""

    BEGIN = "^"
    END = "$"
    BOUNDARY = r"\b"
    INSIDE = r"\B"


PLACES = {
    codes.AT_BEGINNING: Place.BEGIN,
    codes.AT_BEGINNING_STRING: Place.BEGIN,
    codes.AT_END: Place.END,
    codes.AT_END_STRING: Place.END,
    codes.AT_BOUNDARY: Place.BOUNDARY,
    codes.AT_NON_BOUNDARY: Place.INSIDE,
}
_CATEGORIES = {
    codes.CATEGORY_DIGIT: r"\d",
    codes.CATEGORY_NOT_DIGIT: r"\D",
    codes.CATEGORY_WORD: r"\w",
    codes.CATEGORY_NOT_WORD: r"\W",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
}


@dataclass(frozen=True, slots=True)
class Node:
    """Takes the character of a position, holds at a place, or (neither) leads to one or two nodes at once."""

    next: int
    other: int | None = None
    place: Place | None = None
    position: int | None = None


class Graph:
    """The nodes of a pattern and what each of its positions takes.

    Position 0 takes nothing: it is the pattern's beginning.
    """

    def __init__(self, syntax: Syntax) -> None:
        self.nodes = [Node(MATCH)]
        self.after = [MATCH]
        """The node that each position leads to."""
        self.takers: dict[re.Pattern[str], int] = {}
        """What takes a character, with the bits of its positions."""
        self._most_positions = syntax.rules.positions
        self._flags = re.NOFLAG
        for flag, is_set in (
            (re.ASCII, syntax.rules.ascii),
            (re.IGNORECASE, syntax.any_case),
            (re.DOTALL, syntax.any_line),
        ):
            self._flags |= flag if is_set else re.NOFLAG
        self.after[0] = self._add_all(syntax.parsed, MATCH)

    def _add(self, node: Node) -> int:
        if len(self.nodes) >= _MOST_NODES:
            raise PatternError("the pattern is too large; repeat less")
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _add_all(self, parsed: Iterable[Any], then: int) -> int:
        items = list(parsed)
        if not items:
            # A node for nothing, so that repeating nothing without end comes to the limit too.
            return self._add(Node(then))
        for code, argument in reversed(items):
            then = self._add_one(code, argument, then)
        return then

    def _add_one(self, code: Any, argument: Any, then: int) -> int:
        if code is codes.BRANCH:
            first, *others = [self._add_all(branch, then) for branch in argument[1]]
            for other in others:
                first = self._add(Node(first, other))
            return first
        if code is codes.SUBPATTERN:
            return self._add_all(argument[3], then)
        if code in REPEATS:
            least, most, repeated = argument
            return self._add_repeat(least, most, repeated, then)
        if code is codes.AT:
            return self._add(Node(then, place=PLACES[argument]))
        return self._add_position(_taker(code, argument), then)

    def _add_repeat(self, least: int, most: int, parsed: Iterable[Any], then: int) -> int:
        if most == codes.MAXREPEAT:
            loop = self._add(Node(then))
            self.nodes[loop] = Node(then, self._add_all(parsed, loop))
            then = loop
        else:
            end = then
            for _ in range(most - least):
                then = self._add(Node(end, self._add_all(parsed, then)))
        for _ in range(least):
            then = self._add_all(parsed, then)
        return then

    def _add_position(self, taker: str, then: int) -> int:
        position = len(self.after)
        if position > self._most_positions:
            raise PatternError(
                f"the pattern stands for more than {self._most_positions} characters; repeat less"
            )
        self.after.append(then)
        takes = re.compile(taker, self._flags)
        self.takers[takes] = self.takers.get(takes, 0) | 1 << position
        return self._add(Node(then, position=position))


def _taker(code: Any, argument: Any) -> str:
    """The regular expression of one character."""
    if code is codes.ANY:
        return "."
    if code is codes.LITERAL:
        return _escaped(argument)
    if code is codes.NOT_LITERAL:
        return f"[^{_escaped(argument)}]"
    return f"[{''.join(_member(kind, value) for kind, value in argument)}]"


def _member(kind: Any, value: Any) -> str:
    if kind is codes.NEGATE:
        return "^"
    if kind is codes.CATEGORY:
        return _CATEGORIES[value]
    return _escaped(value) if kind is codes.LITERAL else "-".join(map(_escaped, value))


def _escaped(code: int) -> str:
    return f"\\U{code:08x}"
