"""Matching: the whole text or anywhere in it, in bounded time and memory."""

from __future__ import annotations

import random
import re

import pytest

from app.patterns import Pattern, Rules, Syntax
from tests.support.cost import cost

RULES = Rules(length=500, groups=50, repeats=255, positions=1000)


@pytest.mark.parametrize(
    "text", [r"\w+\b", r"a\Bb*", "^a|b$", "a*b*", "(?:^|a)b(?:a|$)", r"(?i)É|\bb", "", "(|a)b?"]
)
def test_pattern_matches_the_whole_text_and_any_part_as_python_does(text: str) -> None:
    choose = random.Random(text)
    ours, theirs = Pattern(Syntax(text, RULES)), re.compile(text)
    for _ in range(400):
        subject = "".join(choose.choices("abAB 1_-", k=choose.randrange(7)))
        assert ours.fullmatch(subject) is (theirs.fullmatch(subject) is not None), subject
        assert ours.search(subject) is (theirs.search(subject) is not None), subject


def test_pattern_of_unicode_knows_other_letters_and_digits() -> None:
    assert Pattern(Syntax(r"(?i)\w\d[É]", RULES)).fullmatch("ß٣é")


def test_pattern_of_ascii_does_not_know_other_letters_and_digits() -> None:
    ascii_rules = Rules(length=500, groups=50, repeats=255, positions=1000, ascii=True)
    for text, subject in [(r"\w", "ß"), (r"\d", "٣"), ("(?i)é", "É"), (r"\s", "\u2003")]:
        assert not Pattern(Syntax(text, ascii_rules)).fullmatch(subject)
    assert Pattern(Syntax("(?i)k", ascii_rules)).fullmatch("K")


def test_pattern_that_forgets_what_it_learned_still_finds() -> None:
    pattern = Pattern(Syntax("(?:a|b)*a(?:a|b){12}c", RULES))
    subject = "".join(random.Random(1).choices("ab", k=20_000))
    assert pattern.search(subject + "abbbbbbbbbbbbc")
    assert not pattern.search(subject)
    assert pattern.fullmatch(subject + "abbbbbbbbbbbbc")


@pytest.mark.parametrize("text", ["(a|b)*a(a|b){250}", "(?:a?b?){120}c", "(a?){250}(b?){200}c"])
def test_pattern_that_leads_everywhere_takes_no_time(text: str) -> None:
    subject = "".join(random.Random(2).choices("ab", k=10_000))
    with cost() as spent:
        Pattern(Syntax(text, RULES)).fullmatch(subject)
    assert spent.seconds < 2
