"""Regular expressions of callers: what they find, what is refused, how long they take."""

from __future__ import annotations

import random
import re
from math import inf
from time import monotonic

import pytest

from app.patterns import PatternError, TooSlow
from app.storage.pattern import postgres_pattern, search_pattern
from tests.support.cost import cost

PATTERNS = [
    "",
    "a",
    "^a",
    "b$",
    "a|b",
    "(ab)+c",
    "a{2,3}b",
    "a{2}",
    "[a-c]+d",
    "[^a]b",
    r"\bab\b",
    r"\Bb",
    r"\d+\s\w",
    r"[\W\d]b",
    r"\D\S",
    "(?i)aB",
    "a.c",
    "(?s)a.c",
    "(a|ab)(c|bcd)*$",
    "(a*)*b",
    "x?y?z?1",
    "^(a?){3}a{3}$",
    "(?:a|)b",
    "a+?b",
]


@pytest.mark.parametrize("text", PATTERNS)
def test_pattern_finds_what_python_finds(text: str) -> None:
    choose = random.Random(text)
    ours, theirs = search_pattern(text), re.compile(text, re.ASCII)
    for _ in range(400):
        subject = "".join(choose.choices("abcdxyzAB 1_-é", k=choose.randrange(9)))
        assert ours.search(subject, inf) == (theirs.search(subject) is not None), subject


def test_pattern_dot_is_no_line_end_and_dollar_the_texts_end() -> None:
    assert not search_pattern("a.b").search("a\nb", inf)
    assert search_pattern("(?s)a.b").search("a\nb", inf)
    assert not search_pattern("a$").search("a\n", inf)


@pytest.mark.parametrize(
    "text",
    [
        "(",
        "[",
        "*",
        "(?=a)",
        "(?<!a)b",
        r"(a)\1",
        "a*+",
        "(?>a)",
        "a{300}",
        "a{0,300}",
        "(a{200}){200}",
        "(?m)^a",
        "(?i:a)b",
        "(" * 60 + "a" + ")" * 60,
        "a" * 501,
    ],
)
def test_pattern_that_is_not_for_both_databases_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        postgres_pattern(text)


@pytest.mark.parametrize("text", ["(a*)*b", "(a|a)*b", "(a+)+$b", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_pattern_made_to_backtrack_takes_no_time(text: str) -> None:
    with cost() as spent:
        assert not search_pattern(text).search("a" * 20_000, inf)
    assert spent.seconds < 2


def test_pattern_stops_at_its_deadline() -> None:
    subject = "".join(random.Random(1).choices("ab", k=1_000_000))
    with cost() as spent, pytest.raises(TooSlow):
        search_pattern("(a|b)*a(a|b){100}c").search(subject, monotonic() + 0.1)
    assert spent.seconds < 2


def test_pattern_for_postgresql_is_written_out() -> None:
    assert postgres_pattern(r"^a\b|.") == r"***:(?:^[\U00000061]\y|[^\U0000000a])"
