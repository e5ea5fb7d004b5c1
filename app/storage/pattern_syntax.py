"""The regular expressions that both databases understand: parsed, checked, and written for PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MAX_PATTERN = 500
MAX_DEPTH = 50
MAX_REPEATS = 255
"""The largest count in `{n,m}`: PostgreSQL's."""
Ranges = tuple[tuple[int, int], ...]

_LAST = 0x10FFFF
_DIGITS: Ranges = ((48, 57),)
_WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACES: Ranges = ((9, 13), (32, 32))
_CATEGORIES = {
    codes.CATEGORY_DIGIT: _DIGITS,
    codes.CATEGORY_WORD: _WORD,
    codes.CATEGORY_SPACE: _SPACES,
}
_NEGATED = {
    codes.CATEGORY_NOT_DIGIT: _DIGITS,
    codes.CATEGORY_NOT_WORD: _WORD,
    codes.CATEGORY_NOT_SPACE: _SPACES,
}
PLACES = {
    codes.AT_BEGINNING: "^",
    codes.AT_BEGINNING_STRING: "^",
    codes.AT_END: "$",
    codes.AT_END_STRING: "$",
    codes.AT_BOUNDARY: r"\y",
    codes.AT_NON_BOUNDARY: r"\Y",
}
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
_FLAGS = re.IGNORECASE | re.DOTALL | re.UNICODE | re.ASCII | re.VERBOSE


class Refused(ValueError):
    """A pattern that is none, or one that not both databases would search for in bounded time."""


class PatternSyntax:
    """A parsed pattern, checked, and what its characters mean."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise Refused(f"the pattern has more than {MAX_PATTERN} characters")
        try:
            self.parsed = parser.parse(text)
        except (re.error, RecursionError, OverflowError) as error:
            raise Refused("the text is no regular expression") from error
        flags = self.parsed.state.flags
        if flags & ~_FLAGS:
            raise Refused("of the flags only (?i), (?s), (?a) and (?x) are known")
        self._any_case = bool(flags & re.IGNORECASE)
        self._any_line = bool(flags & re.DOTALL)
        self._check(self.parsed)

    def rendered(self) -> str:
        # The director `***:` is an advanced expression whatever the server's settings say.
        return "***:" + self._rendered(self.parsed)

    def characters(self, code: Any, argument: Any) -> tuple[Ranges, bool]:
        """The ranges of one character, and whether it must be outside of them."""
        if code is codes.ANY:
            return ((), True) if self._any_line else (((10, 10),), True)
        if code is codes.LITERAL or code is codes.NOT_LITERAL:
            return self._cases(((argument, argument),)), code is codes.NOT_LITERAL
        negated = bool(argument) and argument[0][0] is codes.NEGATE
        ranges: list[tuple[int, int]] = []
        for kind, value in argument[negated:]:
            if kind is codes.CATEGORY:
                ranges.extend(_CATEGORIES[value] if value in _CATEGORIES else _outside(_NEGATED[value]))
            else:
                ranges.append((value, value) if kind is codes.LITERAL else value)
        return self._cases(tuple(ranges)), negated

    def _check(self, parsed: Iterable[Any], depth: int = 0) -> None:
        if depth > MAX_DEPTH:
            raise Refused(f"more than {MAX_DEPTH} groups in each other")
        for code, argument in parsed:
            if code is codes.BRANCH:
                for branch in argument[1]:
                    self._check(branch, depth + 1)
            elif code is codes.SUBPATTERN:
                if argument[1] or argument[2]:
                    raise Refused("flags stand at the pattern's beginning")
                self._check(argument[3], depth + 1)
            elif code in REPEATS:
                if argument[0] > MAX_REPEATS or MAX_REPEATS < argument[1] != codes.MAXREPEAT:
                    raise Refused(f"more than {MAX_REPEATS} repetitions")
                self._check(argument[2], depth + 1)
            elif code not in (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN, codes.AT):
                raise Refused("lookarounds, backreferences and possessive repetitions are not known")

    def _rendered(self, parsed: Iterable[Any]) -> str:
        return "".join(self._rendered_one(code, argument) for code, argument in parsed)

    def _rendered_one(self, code: Any, argument: Any) -> str:
        if code is codes.BRANCH:
            return "(?:" + "|".join(self._rendered(branch) for branch in argument[1]) + ")"
        if code is codes.SUBPATTERN:
            return f"(?:{self._rendered(argument[3])})"
        if code in REPEATS:
            least, most, repeated = argument
            many = "" if most == codes.MAXREPEAT else most
            return f"(?:{self._rendered(repeated)}){{{least},{many}}}"
        if code is codes.AT:
            return PLACES[argument]
        ranges, negated = self.characters(code, argument)
        if not ranges:
            return "(?:.|\\n)" if negated else "(?!)"
        return f"[{'^' if negated else ''}{''.join(map(_rendered_range, ranges))}]"

    def _cases(self, ranges: Ranges) -> Ranges:
        """With `(?i)` the ASCII letters of the other case too."""
        if not self._any_case:
            return ranges
        letters = [code for low, high in ranges for code in range(max(low, 65), min(high, 122) + 1)]
        return ranges + tuple((code ^ 32, code ^ 32) for code in letters if chr(code).isalpha())


def _outside(ranges: Sequence[tuple[int, int]]) -> Ranges:
    gaps, low = [], 0
    for first, last in ranges:
        gaps.append((low, first - 1))
        low = last + 1
    return (*gaps, (low, _LAST))


def _rendered_range(bounds: tuple[int, int]) -> str:
    # PostgreSQL's texts hold no NUL.
    low, high = (f"\\U{max(code, 1):08x}" for code in bounds)
    return low if low == high else f"{low}-{high}"
