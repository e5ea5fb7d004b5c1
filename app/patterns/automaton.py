"""Matching in time that grows with the text's length and never with the ways to match it.

Python's own matcher tries one way after another, which a hostile pattern turns into hours, and nothing can stop it.
The one here follows all ways at once, as a set of positions in the pattern, and remembers where each character leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from time import monotonic

from app.patterns.graph import MATCH, Graph, Place
from app.patterns.syntax import Syntax

_MOST_MOVES = 5_000
"""What a pattern remembers before it starts to learn anew; about 1 MB."""


class TooSlow(Exception):
    """The search did not end within its time."""


class Pattern:
    """A pattern to match texts with; it learns while it does, within bounds.

    `.` is any character but a line's end, `$` the text's end; `\\b` knows words of ASCII alone.
    """

    def __init__(self, syntax: Syntax) -> None:
        self._graph = Graph(syntax)
        places = {node.place for node in self._graph.nodes}
        self._knows_words = not places.isdisjoint((Place.BOUNDARY, Place.INSIDE))
        self._ways: dict[tuple[int, bool | None, bool | None], int] = {}
        self._takers: dict[str, int] = {}
        self._states: dict[tuple[int, bool | None, bool], _State] = {}
        self._moves = 0

    def fullmatch(self, text: str, until: float = inf) -> bool:
        """Whether the whole text is as the pattern says; raises `TooSlow` past `until` on the monotonic clock."""
        return self._runs(text, until, anywhere=False)

    def search(self, text: str, until: float = inf) -> bool:
        """Whether the pattern occurs in the text; raises `TooSlow` past `until` on the monotonic clock."""
        return self._runs(text, until, anywhere=True)

    def _runs(self, text: str, until: float, anywhere: bool) -> bool:
        state = self._state(1, None, anywhere)
        for character in text:
            following = state.moves.get(character)
            if following is None:
                if monotonic() > until:
                    raise TooSlow
                following = state.moves[character] = self._step(state, character)
            if following.verdict is not None:
                return following.verdict
            state = following
        return self._reached(state, None) & 1 == 1

    def _step(self, state: _State, character: str) -> _State:
        self._moves += 1
        if self._moves > _MOST_MOVES:
            self._moves = 0
            self._states.clear()
            self._takers.clear()
        of_word = self._knows_words and _is_word(character)
        reached = self._reached(state, of_word)
        if state.anywhere and reached & 1:
            return _FOUND
        taken = reached & self._taking(character)
        if state.anywhere:
            taken |= 1
        return self._state(taken, of_word, state.anywhere) if taken else _LOST

    def _state(self, taken: int, previous: bool | None, anywhere: bool) -> _State:
        key = (taken, previous, anywhere)
        known = self._states.get(key)
        if known is None:
            known = self._states[key] = _State(taken, previous, anywhere)
        return known

    def _taking(self, character: str) -> int:
        """The positions that take a character."""
        known = self._takers.get(character)
        if known is None:
            takers = self._graph.takers.items()
            known = self._takers[character] = sum(
                bits for taker, bits in takers if taker.fullmatch(character)
            )
        return known

    def _reached(self, state: _State, following: bool | None) -> int:
        """The positions that wait for what follows; bit 0: the pattern may end here."""
        reached = 0
        for position in _places(state.taken):
            key = (position, state.previous, following)
            ways = self._ways.get(key)
            if ways is None:
                ways = self._ways[key] = self._ways_from(*key)
            reached |= ways
        return reached

    def _ways_from(self, position: int, previous: bool | None, following: bool | None) -> int:
        start = self._graph.after[position]
        ways, seen, stack = 0, {start}, [start]
        while stack:
            index = stack.pop()
            node = self._graph.nodes[index]
            if index == MATCH:
                ways |= 1
            elif node.position is not None:
                ways |= 1 << node.position
            elif node.place is None or _holds(node.place, previous, following):
                new = [place for place in (node.next, node.other) if place is not None and place not in seen]
                seen.update(new)
                stack.extend(new)
        return ways


class _State:
    """What the last character took (positions as bits), and whether it was one of a word; None: there was none.

    `anywhere` is a search, which begins anew behind each character. A state with a verdict ends the run.
    """

    __slots__ = ("anywhere", "moves", "previous", "taken", "verdict")

    def __init__(
        self, taken: int, previous: bool | None, anywhere: bool, verdict: bool | None = None
    ) -> None:
        self.taken = taken
        self.previous = previous
        self.anywhere = anywhere
        self.verdict = verdict
        self.moves: dict[str, _State] = {}


_FOUND = _State(0, None, True, True)
_LOST = _State(0, None, False, False)


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _holds(place: Place, previous: bool | None, following: bool | None) -> bool:
    if place is Place.BEGIN:
        return previous is None
    if place is Place.END:
        return following is None
    at_boundary = bool(previous) != bool(following)
    return at_boundary is (place is Place.BOUNDARY)


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")
