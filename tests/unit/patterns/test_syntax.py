"""Rules: what a pattern may be, and how large it may become."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.patterns import Pattern, PatternError, Rules, Syntax
from tests.support.cost import cost

RULES = Rules(length=60, groups=3, repeats=9, positions=20)
PLAIN = replace(RULES, plain=True)


@pytest.mark.parametrize(
    "text", ["a" * 20, "(((a)))", "a{9}", "(?:a{9}){2}", r"a\b|^b", "(?s).", "(?P<n>a)", "[]a]"]
)
def test_pattern_within_its_rules_is_taken(text: str) -> None:
    Pattern(Syntax(text, RULES))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * 61, "more than 60 characters"),
        ("a" * 21, "stands for more than 20 characters"),
        ("(?:a{9}){3}", "stands for more than 20 characters"),
        ("((((a))))", "more than 3 groups"),
        ("a{10}", "more than 9 times"),
        ("a{0,10}", "more than 9 times"),
        ("ab(", "wrong at its character 3"),
        ("(?m)a", "flags other than"),
        ("a(?i:b)", "elsewhere than at its beginning"),
        ("(?=a)", "lookarounds"),
        (r"(a)\1", "backreferences"),
        ("a*+", "possessive"),
    ],
)
def test_pattern_against_its_rules_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        Pattern(Syntax(text, RULES))


@pytest.mark.parametrize("text", ["(?i)^[a-c]+$|^b$", "(?:a|b)*?", r"\$\^", "a{0,}", "(|a)b", r"[\]^-]"])
def test_plain_pattern_is_taken(text: str) -> None:
    Pattern(Syntax(text, PLAIN))


@pytest.mark.parametrize(
    "text", ["(?s)a", "(?P<n>a)", "(?:)", "a|b^", "(a|^b)", "(a$|b)", "^^a", r"\A", r"\x41", "a]"]
)
def test_pattern_that_is_not_plain_is_refused(text: str) -> None:
    Syntax("a", PLAIN)
    with pytest.raises(PatternError, match="wrong at its character"):
        Syntax(text, PLAIN)


@pytest.mark.parametrize("inner", ["", "|", r"\b", "(?:)"])
def test_pattern_that_repeats_nothing_without_end_is_refused_at_once(inner: str) -> None:
    large = replace(RULES, groups=50, repeats=255, positions=1000, length=500)
    with cost() as spent, pytest.raises(PatternError, match="too large"):
        Pattern(Syntax("(" * 8 + inner + "){255}" * 8, large))
    assert spent.seconds < 1
