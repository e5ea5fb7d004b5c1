"""PostgreSQL's form of a pattern: each character's class holds what the automaton takes."""

from __future__ import annotations

import re

import pytest

from app.patterns import Pattern, Rules, Syntax, postgres_form

RULES = Rules(length=500, groups=50, repeats=255, positions=1000, ascii=True)
CHARACTERS = [chr(code) for code in [*range(1, 0x250), 0x212A, 0x2003, 0x0663, 0x10FFFF]]


@pytest.mark.parametrize(
    "text",
    [
        *("a", ".", "[^a]", "[a-f]", "[^a-f_]", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"[\Wk]", "é"),
        *("(?i)k", "(?i)[^k]", "(?i)[Z-b]", r"(?i)[\We]", "(?i)É", "(?s).", r"[^\d\s]"),
    ],
)
def test_class_in_postgresql_holds_what_the_automaton_takes(text: str) -> None:
    syntax = Syntax(text, RULES)
    # What is written for one character is Python's too.
    theirs, ours = re.compile(postgres_form(syntax).removeprefix("***:")), Pattern(syntax)
    assert [one for one in CHARACTERS if ours.fullmatch(one)] == [
        one for one in CHARACTERS if theirs.fullmatch(one)
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (r"^a\b|.", r"(?:^[\U00000061]\y|[^\U0000000a])"),
        (r"\Ba{2,}$", r"\Y(?:[\U00000061]){2,}$"),
        ("(?s)(.)?", r"(?:(?:(?:.|\n))){0,1}"),
        (r"[\x00-b]", r"[\U00000001-\U00000062]"),
    ],
)
def test_pattern_for_postgresql_is_written_out(text: str, form: str) -> None:
    assert postgres_form(Syntax(text, RULES)) == f"***:{form}"
