"""A pattern in PostgreSQL's words, which find what the pattern finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from re import _constants as codes  # type: ignore[attr-defined]
from typing import Any

from app.patterns.graph import PLACES, Place
from app.patterns.syntax import REPEATS, Syntax

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
_PLACES = {Place.BEGIN: "^", Place.END: "$", Place.BOUNDARY: r"\y", Place.INSIDE: r"\Y"}


def postgres_form(syntax: Syntax) -> str:
    """The pattern for PostgreSQL, whatever the server's settings and locale; its rules must be `ascii`."""
    # The director `***:` makes it an advanced expression.
    return "***:" + _all(syntax, syntax.parsed)


def _all(syntax: Syntax, parsed: Iterable[Any]) -> str:
    return "".join(_one(syntax, code, argument) for code, argument in parsed)


def _one(syntax: Syntax, code: Any, argument: Any) -> str:
    if code is codes.BRANCH:
        return "(?:" + "|".join(_all(syntax, branch) for branch in argument[1]) + ")"
    if code is codes.SUBPATTERN:
        return f"(?:{_all(syntax, argument[3])})"
    if code in REPEATS:
        least, most, repeated = argument
        many = "" if most == codes.MAXREPEAT else most
        return f"(?:{_all(syntax, repeated)}){{{least},{many}}}"
    if code is codes.AT:
        return _PLACES[PLACES[argument]]
    if code is codes.ANY:
        return "(?:.|\\n)" if syntax.any_line else _class(((10, 10),), negated=True)
    ranges, negated = _ranges(code, argument)
    return _class(_both_cases(ranges) if syntax.any_case else ranges, negated)


def _ranges(code: Any, argument: Any) -> tuple[Ranges, bool]:
    """The ranges of one character, and whether it must be outside of them."""
    if code is not codes.IN:
        return ((argument, argument),), code is codes.NOT_LITERAL
    negated = bool(argument) and argument[0][0] is codes.NEGATE
    ranges: list[tuple[int, int]] = []
    for kind, value in argument[negated:]:
        if kind is codes.CATEGORY:
            ranges.extend(_CATEGORIES[value] if value in _CATEGORIES else _outside(_NEGATED[value]))
        else:
            ranges.append((value, value) if kind is codes.LITERAL else value)
    return tuple(ranges), negated


def _both_cases(ranges: Ranges) -> Ranges:
    """The ranges with the ASCII letters of the other case too."""
    letters = [code for low, high in ranges for code in range(max(low, 65), min(high, 122) + 1)]
    return ranges + tuple((code ^ 32, code ^ 32) for code in letters if chr(code).isalpha())


def _outside(ranges: Sequence[tuple[int, int]]) -> Ranges:
    gaps, low = [], 0
    for first, last in ranges:
        gaps.append((low, first - 1))
        low = last + 1
    return (*gaps, (low, _LAST))


def _class(ranges: Ranges, negated: bool) -> str:
    return f"[{'^' if negated else ''}{''.join(map(_range, ranges))}]"


def _range(bounds: tuple[int, int]) -> str:
    # PostgreSQL's texts hold no NUL.
    low, high = (f"\\U{max(code, 1):08x}" for code in bounds)
    return low if low == high else f"{low}-{high}"
