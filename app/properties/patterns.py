"""The `pattern` option: the same bounded regular expressions as the function `matches` of expressions has."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from app.expressions.errors import OperandError
from app.expressions.patterns import whole_matcher


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern, as a sentence; None for a good one."""
    try:
        _matcher(pattern)
    except OperandError as error:
        return f"the pattern {pattern!r} cannot be used: {error}"
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text has the form of the pattern; a text too long to look at has not."""
    try:
        return _matcher(pattern)(text)
    except OperandError:
        return False


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Callable[[str], bool]:
    return whole_matcher(pattern)
