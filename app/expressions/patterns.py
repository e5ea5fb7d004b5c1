"""Regular expressions that can't hang.

A pattern is matched against the whole text by walking all of its positions at once (Glushkov's construction),
so the time grows with the length of the text and never with the ways to match it. There are characters, `.`,
classes, `\\d \\w \\s`, groups, choices, repetitions and `(?i)` at the start; nothing looks ahead, behind
or back. `^` and `$` may stand at the ends, where they change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.expressions.errors import OperandError
from app.expressions.limits import MAX_PATTERN, MAX_PATTERN_POSITIONS, MAX_SUBJECT

MAX_GROUPS = 20
ATOM = re.compile(
    r"""\\[dDwWsSnrt]|\\[^\w\s]       # an escape
    |\[\^?(?:\\[dDwWsSnrt]|\\[^\w\s]|[^]\\[])+\]   # a class
    |[^\\\[\](){}*+?|^$]""",
    re.VERBOSE | re.DOTALL,
)
RESERVED = re.compile(r"--|&&|\|\||~~")
REPETITION = re.compile(r"(?:([*+?])|\{(\d{1,4})(?:(,)(\d{0,4}))?\})\??", re.ASCII)
SIGNS = {"*": (0, None), "+": (1, None), "?": (0, 1)}


@dataclass(frozen=True, slots=True)
class Part:
    """Where a piece of a pattern may begin and end, as sets of positions (bits), and if it may be nothing."""

    empty: bool
    first: int
    last: int


NOTHING = Part(True, 0, 0)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: what each position takes, what may follow it, where a match begins and ends."""

    source: str
    atoms: tuple[tuple[re.Pattern[str], int], ...]
    follow: tuple[int, ...]
    whole: Part

    @classmethod
    def parse(cls, source: str) -> Pattern:
        """Read a pattern; raises OperandError that says where it is wrong."""
        if len(source) > MAX_PATTERN:
            raise OperandError(f"the pattern has more than {MAX_PATTERN} characters")
        reader = Reader(source)
        whole = reader.choice()
        if reader.index < len(source):
            raise reader.wrong()
        atoms = tuple((reader.compiled(atom), positions) for atom, positions in reader.atoms.items())
        return cls(source, atoms, tuple(reader.follow), whole)

    def matches(self, text: str) -> bool:
        """Whether the whole text is as the pattern says; raises OperandError for a text over the limit."""
        if len(text) > MAX_SUBJECT:
            raise OperandError(f"the text to match has more than {MAX_SUBJECT:,} characters")
        if not text:
            return self.whole.empty
        takes: dict[str, int] = {}
        steps: dict[int, int] = {}
        reachable = self.whole.first
        taken = 0
        for character in text:
            fits = takes.get(character)
            if fits is None:
                fits = takes[character] = self._takers(character)
            taken = reachable & fits
            if not taken:
                return False
            following = steps.get(taken)
            if following is None:
                following = steps[taken] = self._followers(taken)
            reachable = following
        return bool(taken & self.whole.last)

    def _takers(self, character: str) -> int:
        return sum(positions for atom, positions in self.atoms if atom.fullmatch(character))

    def _followers(self, positions: int) -> int:
        following = 0
        for place in bits(positions):
            following |= self.follow[place]
        return following


def bits(positions: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while positions:
        lowest = positions & -positions
        yield lowest.bit_length() - 1
        positions ^= lowest


class Reader:
    """Reads a pattern from left to right and numbers its positions."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.index = 4 if source.startswith("(?i)") else 0
        self.flags = re.IGNORECASE if self.index else re.NOFLAG
        self.groups = 0
        self.atoms: dict[str, int] = {}
        self.follow: list[int] = []

    def wrong(
        self, remedy: str = "put a backslash before a character that stands for itself"
    ) -> OperandError:
        """The OperandError of what stands at the current place."""
        return OperandError(f"the pattern is wrong at its character {self.index + 1}; {remedy}")

    def at(self, text: str) -> bool:
        """Whether this is what comes next."""
        return self.source.startswith(text, self.index)

    def take(self, text: str) -> bool:
        """Read what comes next if it is this, and say whether it was."""
        if not self.at(text):
            return False
        self.index += len(text)
        return True

    def choice(self) -> Part:
        """Sequences with `|` between them."""
        part = self.sequence()
        while self.take("|"):
            other = self.sequence()
            part = Part(part.empty or other.empty, part.first | other.first, part.last | other.last)
        return part

    def sequence(self) -> Part:
        """Pieces one after another."""
        if not self.groups:
            self.take("^")
        part = NOTHING
        while self.index < len(self.source) and not self.at("|") and not self.at(")"):
            if not self.groups and self.at("$"):
                self.index += 1
                break
            part = self.joined(part, self.repeated())
        return part

    def repeated(self) -> Part:
        """A piece and how often it comes; the piece is read again for each time it is written out."""
        start = self.index
        part = self.piece()
        match = REPETITION.match(self.source, self.index)
        if match is None:
            return part
        least, most = self.times(match)
        end = match.end()
        if most == 0:
            raise self.wrong("a repetition of none says nothing")
        part = self.written_out(start, part, least, most)
        self.index = end
        if REPETITION.match(self.source, self.index):
            raise self.wrong("repeat a group instead of a repetition")
        return part

    def times(self, match: re.Match[str]) -> tuple[int, int | None]:
        """How often a repetition says at least and at most."""
        sign, least, comma, most = match.groups()
        if sign:
            return SIGNS[sign]
        low = int(least)
        high = (int(most) if most else None) if comma else low
        if high is not None and high < low:
            raise self.wrong("the repetition ends before it begins")
        return low, high

    def written_out(self, start: int, part: Part, least: int, most: int | None) -> Part:
        """The piece that stands at `start`, once more for each time it may come."""
        copies = max(least, 1) if most is None else most
        whole = NOTHING
        for number in range(copies):
            if number:
                self.index = start
                part = self.piece()
            if most is None and number == copies - 1:
                self.link(part.last, part.first)
            if number >= least:
                part = Part(True, part.first, part.last)
            whole = self.joined(whole, part)
        return whole

    def piece(self) -> Part:
        """A character, a class or a group."""
        if self.at("("):
            return self.group()
        match = ATOM.match(self.source, self.index)
        if match is None:
            raise self.wrong()
        self.index = match.end()
        return self.position(match.group())

    def group(self) -> Part:
        """Something in parentheses."""
        if not self.take("(?:"):
            self.take("(")
            if self.at("?"):
                raise self.wrong("there are only plain groups, ( ) and (?: )")
        self.groups += 1
        if self.groups > MAX_GROUPS:
            raise self.wrong(f"there are more than {MAX_GROUPS} groups inside one another")
        part = self.choice()
        self.groups -= 1
        if not self.take(")"):
            raise self.wrong("close the group")
        if not part.first:
            raise self.wrong("the group is empty")
        return part

    def position(self, atom: str) -> Part:
        """A new position that takes one character."""
        if len(self.follow) >= MAX_PATTERN_POSITIONS:
            raise OperandError(
                f"the pattern stands for more than {MAX_PATTERN_POSITIONS} characters; repeat less"
            )
        bit = 1 << len(self.follow)
        self.follow.append(0)
        self.atoms[atom] = self.atoms.get(atom, 0) | bit
        return Part(False, bit, bit)

    def compiled(self, atom: str) -> re.Pattern[str]:
        """What takes one character; raises OperandError for a class such as `[z-a]`."""
        try:
            if not RESERVED.search(atom):
                return re.compile(atom, self.flags)
        except re.error:
            pass
        raise OperandError(
            "the pattern has a class that is wrong; put a backslash before what stands for itself"
        )

    def joined(self, one: Part, other: Part) -> Part:
        """One piece and then another."""
        self.link(one.last, other.first)
        return Part(
            one.empty and other.empty,
            one.first | other.first if one.empty else one.first,
            one.last | other.last if other.empty else other.last,
        )

    def link(self, last: int, first: int) -> None:
        """Let every position of `first` follow every one of `last`."""
        for place in bits(last):
            self.follow[place] |= first
