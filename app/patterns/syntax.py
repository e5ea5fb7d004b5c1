"""The regular expressions that can be matched in bounded time: parsed as Python's, and checked against rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
_CHARACTERS = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN)
_FLAGS = re.IGNORECASE | re.DOTALL | re.UNICODE | re.ASCII | re.VERBOSE
_ANY_CASE = "(?i)"
_PLAIN_TOKEN = re.compile(
    r"""(?P<open>\((?:\?:|(?!\?))(?!\)))
    |(?P<close>\))
    |(?P<choice>\|)
    |(?P<begin>\^)
    |(?P<end>\$(?=\||\Z))
    |(?P<repetition>[*+?]|\{(?!0+(?:,0+)?\})[0-9]{1,4}(?:,[0-9]{0,4})?\})
    |(?P<character>\\[dDwWsSnrt]|\\[^\w\s]
      |\[\^?(?:(?!--|&&|\|\||~~)(?:\\[dDwWsSnrt]|\\[^\w\s]|[^]\\[]))+\]
      |[^\\\[\](){}*+?|^$])""",
    re.VERBOSE | re.DOTALL,
)


class PatternError(ValueError):
    """A text that is no pattern, or one that its rules do not allow; the message says why."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a pattern may be.

    A `plain` one is of characters, classes, groups, choices and repetitions, with `(?i)` at its start, `^` and `$`
    at its ends and every other sign escaped; else it is all that both databases know. In an `ascii` one
    `\\d \\w \\s` and the other case of `(?i)` are of ASCII alone.
    """

    length: int
    """Characters of its text."""
    groups: int
    """Groups inside one another."""
    repeats: int
    """The largest count of `{n,m}`."""
    positions: int
    """Characters that it stands for once its repetitions are written out."""
    plain: bool = False
    ascii: bool = False


class Syntax:
    """A parsed pattern that keeps its rules; raises `PatternError` for any other text."""

    def __init__(self, text: str, rules: Rules) -> None:
        self.rules = rules
        if len(text) > rules.length:
            raise PatternError(f"the pattern has more than {rules.length} characters")
        if rules.plain:
            _check_plain(text)
        try:
            self.parsed = parser.parse(text)
        except (RecursionError, OverflowError):
            raise PatternError("the pattern is too large") from None
        except re.error as error:
            raise PatternError(f"the pattern is wrong{_place(error.pos)}: {error.msg}") from None
        flags = self.parsed.state.flags
        if flags & ~_FLAGS:
            raise PatternError("the pattern has flags other than (?i), (?s), (?a) and (?x)")
        self.any_case = bool(flags & re.IGNORECASE)
        self.any_line = bool(flags & re.DOTALL)
        self._check(self.parsed, 0)

    def _check(self, parsed: Iterable[Any], depth: int) -> None:
        if depth > self.rules.groups:
            raise PatternError(f"the pattern has more than {self.rules.groups} groups inside one another")
        for code, argument in parsed:
            if code is codes.BRANCH:
                for branch in argument[1]:
                    self._check(branch, depth)
            elif code is codes.SUBPATTERN:
                if argument[1] or argument[2]:
                    raise PatternError("the pattern has flags elsewhere than at its beginning")
                self._check(argument[3], depth + 1)
            elif code in REPEATS:
                self._check_count(argument[0], argument[1])
                self._check(argument[2], depth)
            elif code not in _CHARACTERS and code is not codes.AT:
                raise PatternError("the pattern has lookarounds, backreferences or possessive repetitions")

    def _check_count(self, least: int, most: int) -> None:
        if least > self.rules.repeats or self.rules.repeats < most != codes.MAXREPEAT:
            raise PatternError(f"the pattern has a repetition of more than {self.rules.repeats} times")


def _check_plain(text: str) -> None:
    index = len(_ANY_CASE) if text.startswith(_ANY_CASE) else 0
    depth, previous = 0, "choice"
    while index < len(text):
        token = _PLAIN_TOKEN.match(text, index)
        kind = token.lastgroup if token else None
        inside = depth or (kind == "begin" and previous != "choice")
        if token is None or kind is None or (kind in ("begin", "end") and inside):
            raise PatternError(
                f"the pattern is wrong{_place(index)}; put a backslash before a character that stands for itself"
            )
        depth += (kind == "open") - (kind == "close")
        previous, index = kind, token.end()


def _place(index: int | None) -> str:
    return "" if index is None else f" at its character {index + 1}"
