"""The patterns of the function `matches` and of the property option `pattern`, which the whole text must match."""

from __future__ import annotations

from collections.abc import Callable

from app.expressions.errors import OperandError
from app.expressions.limits import MAX_GROUPS, MAX_PATTERN, MAX_PATTERN_POSITIONS, MAX_SUBJECT
from app.patterns import Pattern, PatternError, Rules, Syntax

_RULES = Rules(
    length=MAX_PATTERN,
    groups=MAX_GROUPS,
    repeats=MAX_PATTERN_POSITIONS,
    positions=MAX_PATTERN_POSITIONS,
    plain=True,
)


def whole_matcher(source: str) -> Callable[[str], bool]:
    """What tells whether a whole text is as the pattern says; raises OperandError for a wrong pattern.

    The matcher raises OperandError for a text that is too long to look at.
    """
    try:
        pattern = Pattern(Syntax(source, _RULES))
    except PatternError as error:
        raise OperandError(str(error)) from None

    def matches(text: str) -> bool:
        if len(text) > MAX_SUBJECT:
            raise OperandError(f"the text to match has more than {MAX_SUBJECT:,} characters")
        return pattern.fullmatch(text)

    return matches
