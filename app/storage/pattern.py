"""Regular expressions that callers send: found in time that grows with the text's length, alike on both databases.

Python's own matcher tries every way to match, which a hostile pattern turns into hours, and nothing can stop it. So
SQLite's `REGEXP` runs on the machine here, which follows all ways at once and remembers where each character leads.
It takes what both databases understand: no lookarounds, backreferences or possessive repetitions. A pattern matches
anywhere in the text, `.` is any character but a line's end, `$` the text's end, and `\\d \\w \\s \\b` know ASCII alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from time import monotonic
from typing import Any

from app.storage.pattern_syntax import PLACES, REPEATS, PatternSyntax, Ranges, Refused

_MAX_NODES = 1000
_MAX_MOVES = 20_000
"""What a pattern remembers before it starts to learn anew; some 4 MB."""


class TooSlow(Exception):
    """The search did not end within its time."""


@lru_cache(maxsize=256)
def postgres_pattern(text: str) -> str:
    """The pattern in PostgreSQL's words; raises `Refused` for what either database can't be asked to find."""
    Pattern(text)
    return PatternSyntax(text).rendered()


class Pattern:
    """A pattern to search texts for; it learns while it searches, within bounds."""

    def __init__(self, text: str) -> None:
        self._nodes: list[_Node] = [_MATCH]
        parts = PatternSyntax(text)
        self._first = self._add_all(parts, parts.parsed, 0)
        self._states: dict[tuple[frozenset[int], bool | None], _State] = {}
        self._moves = 0
        self._start = _State(frozenset({self._first}), None)

    def search(self, text: str, until: float) -> bool:
        """Whether the pattern occurs in the text; raises `TooSlow` past `until` on the monotonic clock."""
        state = self._start
        for character in text:
            following = state.moves.get(character)
            if following is None:
                if monotonic() > until:
                    raise TooSlow
                following = state.moves[character] = self._step(state, character)
            if following.matched:
                return True
            state = following
        return self._reached(state, None)[1]

    def _step(self, state: _State, character: str) -> _State:
        self._moves += 1
        if self._moves > _MAX_MOVES:
            self._moves = 0
            self._states.clear()
            self._start = _State(self._start.nodes, None)
        reached, matched = self._reached(state, character)
        if matched:
            return _MATCHED
        code = ord(character)
        moved = {node.next for node in reached if node.takes(code)}
        moved.add(self._first)
        return self._state(frozenset(moved), _is_word(character))

    def _state(self, nodes: frozenset[int], previous: bool | None) -> _State:
        known = self._states.get((nodes, previous))
        if known is None:
            known = self._states[nodes, previous] = _State(nodes, previous)
        return known

    def _reached(self, state: _State, following: str | None) -> tuple[list[_Node], bool]:
        """The nodes that wait for a character, and whether the pattern ends here."""
        waiting: list[_Node] = []
        seen = set(state.nodes)
        stack = list(state.nodes)
        while stack:
            node = self._nodes[stack.pop()]
            if node is _MATCH:
                return waiting, True
            if node.ranges is not None:
                waiting.append(node)
            elif node.place is None or _holds(node.place, state.previous, following):
                new = [place for place in (node.next, node.other) if place >= 0 and place not in seen]
                seen.update(new)
                stack.extend(new)
        return waiting, False

    def _add(self, node: _Node) -> int:
        if len(self._nodes) >= _MAX_NODES:
            raise Refused("the pattern is too large")
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _add_all(self, parts: PatternSyntax, parsed: Iterable[Any], then: int) -> int:
        for code, argument in reversed(list(parsed)):
            then = self._add_one(parts, code, argument, then)
        return then

    def _add_one(self, parts: PatternSyntax, code: Any, argument: Any, then: int) -> int:
        if code is codes.BRANCH:
            starts = [self._add_all(parts, branch, then) for branch in argument[1]]
            for start in starts[1:]:
                starts[0] = self._add(_Node(starts[0], other=start))
            return starts[0]
        if code is codes.SUBPATTERN:
            return self._add_all(parts, argument[3], then)
        if code in REPEATS:
            return self._add_repeat(parts, argument, then)
        if code is codes.AT:
            return self._add(_Node(then, place=PLACES[argument]))
        ranges, negated = parts.characters(code, argument)
        return self._add(_Node(then, ranges=ranges, negated=negated))

    def _add_repeat(self, parts: PatternSyntax, repeat: Any, then: int) -> int:
        least, most, parsed = repeat
        if most == codes.MAXREPEAT:
            loop = self._add(_Node(then))
            self._nodes[loop] = _Node(then, other=self._add_all(parts, parsed, loop))
            then = loop
        else:
            end = then
            for _ in range(most - least):
                then = self._add(_Node(end, other=self._add_all(parts, parsed, then)))
        for _ in range(least):
            then = self._add_all(parts, parsed, then)
        return then


class _Node:
    """Takes a character of its ranges, holds at a place, or (neither) leads to one or two nodes at once."""

    __slots__ = ("negated", "next", "other", "place", "ranges")

    def __init__(
        self,
        next: int,
        *,
        other: int = -1,
        place: str | None = None,
        ranges: Ranges | None = None,
        negated: bool = False,
    ) -> None:
        self.next = next
        self.other = other
        self.place = place
        self.ranges = ranges
        self.negated = negated

    def takes(self, code: int) -> bool:
        return any(low <= code <= high for low, high in self.ranges or ()) != self.negated


class _State:
    """Where the search may be: before these nodes, behind a character that is one of a word or not."""

    __slots__ = ("matched", "moves", "nodes", "previous")

    def __init__(self, nodes: frozenset[int], previous: bool | None, matched: bool = False) -> None:
        self.nodes = nodes
        self.previous = previous
        self.matched = matched
        self.moves: dict[str, _State] = {}


_MATCH = _Node(-1)
_MATCHED = _State(frozenset(), None, True)


def _holds(place: str, previous: bool | None, following: str | None) -> bool:
    if place == "^":
        return previous is None
    if place == "$":
        return following is None
    at_boundary = bool(previous) != (following is not None and _is_word(following))
    return at_boundary == (place == r"\y")


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
