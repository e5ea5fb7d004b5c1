"""Patterns give what `re.fullmatch` gives, and refuse what could hang it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.expressions.errors import OperandError
from app.expressions.patterns import whole_matcher

SAMPLES = [
    "",
    "a",
    "b",
    "ab",
    "aab",
    "abab",
    "abc",
    "aaa",
    "A",
    "1",
    "12",
    "1234 AB",
    "a-b",
    "a.b",
    "\n",
    "é",
    "]",
]
PATTERNS = [
    r"",
    r"a",
    r"a*",
    r"a+b?",
    r"(ab)*",
    r"(?:a|b)+",
    r"a{2}",
    r"a{1,2}b",
    r"a{2,}",
    r"(a{1,2}b){2}",
    r"(a*)*",
    r"(a+)+b",
    r"(a|aa)+",
    r"[a-c]+",
    r"[^a-c]+",
    r"[\d\s]*",
    r"[a\-.]+",
    r"[\]]",
    r"\d{4} ?[A-Z]{2}",
    r"\w+",
    r"\S",
    r".",
    r".*",
    r"a\.b",
    r"^a$",
    r"^a|b$",
    r"a|",
    r"(?i)a+",
    r"a*?",
    r"a{0,1}b",
    r"((a|b)c?){2,}",
    r"\n",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_agrees_with_the_standard_library(pattern: str) -> None:
    ours, theirs = whole_matcher(pattern), re.compile(pattern)
    assert {sample for sample in SAMPLES if ours(sample)} == {
        sample for sample in SAMPLES if theirs.fullmatch(sample)
    }


PIECES = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,2}"])).map(
            lambda t: f"(?:{t[0]}){t[1]}"
        ),
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda t: f"(?:{t[0]}|{t[1]})"),
    ),
    max_leaves=6,
)


@given(PIECES, st.text("abc", max_size=6))
def test_generated_pattern_agrees_with_the_standard_library(pattern: str, text: str) -> None:
    assert whole_matcher(pattern)(text) is (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "a)", "(a", "()", "(?=a)a", "(?<!a)b", "(?P<n>a)", r"(a)\1", r"\b", r"\p", "\\"),
        *(
            "*",
            "a**",
            "a{2}{3}",
            "a{",
            "a}",
            "{2}",
            "a{3,2}",
            "a{0}",
            "a{,2}",
            "[",
            "[]",
            "[a",
            "[[a]]",
            "[z-a]",
        ),
        *("[a--b]", "[a&&b]", "a^b", "a$b", "(^a)", "a" * 201, "a{301}", "((a{10}){10}){10}", "(" * 30 + "a"),
    ],
)
def test_pattern_that_is_not_safe_or_wrong_is_refused(pattern: str) -> None:
    with pytest.raises(OperandError, match="pattern"):
        whole_matcher(pattern)


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(source: str) -> None:
    try:
        whole_matcher(source)(source)
    except OperandError as error:
        assert "pattern" in str(error)
