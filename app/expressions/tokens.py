"""The words of an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from app.expressions.errors import ExpressionError
from app.expressions.limits import MAX_DIGITS, MAX_SOURCE

KEYWORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})
ALIASES: Mapping[str, str] = {"&": "and", "|": "or"}
REMEDIES: Mapping[str, str] = {
    "=": "Write == to compare",
    "!": "Write not",
    "&&": "Write and",
    "||": "Write or",
    "**": "There is no power",
    "{": "Write map_of(..) for an object",
}
ESCAPES: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}

WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<variable>var:(?=[^\W\d]))
    |(?P<name>[^\W\d]\w*)
    |(?P<text>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')
    |(?P<wrong>&&|\|\||\*\*)
    |(?P<operator>==|!=|<=|>=|[-+*/%<>&|?:()\[\].,])""",
    re.VERBOSE | re.DOTALL,
)
NAMES = re.compile(r"[^\W\d]\w*")
ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)

TokenKind = Literal["literal", "name", "variable", "operator", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """One word: what it is, as written, and from where to where (0-based)."""

    kind: TokenKind
    text: str
    start: int
    end: int
    value: Any = None


def tokenize(source: str) -> list[Token]:
    """The words of an expression and a last one of kind `end`; raises ExpressionError at what is no word."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(
            f"the expression has more than {MAX_SOURCE:,} characters at {MAX_SOURCE + 1}. "
            "Split it over several assigns",
            MAX_SOURCE + 1,
        )
    return [*_tokens(source), Token("end", "", len(source), len(source))]


def _tokens(source: str) -> Iterator[Token]:
    place = 0
    while place < len(source):
        match = WORDS.match(source, place)
        if match is None or match.lastgroup == "wrong":
            raise _no_word(source, place, match.group() if match else source[place])
        if match.lastgroup != "space":
            yield _token(match, source)
        place = match.end()


def _token(match: re.Match[str], source: str) -> Token:
    text, start, end = match.group(), match.start(), match.end()
    if match.lastgroup == "number":
        return Token("literal", text, start, end, _number(text, source, start, end))
    if match.lastgroup == "text":
        return Token("literal", text, start, end, ESCAPE.sub(_escaped, text[1:-1]))
    if match.lastgroup == "variable":
        return Token("variable", text, start, end)
    if match.lastgroup == "operator" or text in KEYWORDS:
        return Token("operator", ALIASES.get(text, text), start, end)
    return Token("name", text, start, end)


def _number(text: str, source: str, start: int, end: int) -> int | Decimal:
    if len(text) > MAX_DIGITS:
        raise ExpressionError(f"the number has more than {MAX_DIGITS:,} digits at {start + 1}", start + 1)
    if NAMES.match(source, end):
        raise ExpressionError(
            f"a number runs into a name at {end + 1}. Write an operator between them, "
            "or days(2) and the like for durations",
            end + 1,
        )
    return Decimal(text) if "." in text else int(text)


def _escaped(match: re.Match[str]) -> str:
    """An unknown escape keeps its backslash, so that patterns read as their authors know them."""
    code = match.group(1)
    if len(code) == 5:
        return chr(int(code[1:], 16))
    return ESCAPES.get(code, match.group())


def _no_word(source: str, place: int, text: str) -> ExpressionError:
    if text in "\"'":
        return ExpressionError(
            f"the text that begins at {place + 1} has no end. Close it with {text}", place + 1
        )
    remedy = REMEDIES.get(text, "")
    return ExpressionError(f"unexpected {text!r} at {place + 1}. {remedy}".rstrip(". "), place + 1)
