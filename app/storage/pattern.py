"""The patterns of `regex` filters, which find the same on both databases."""

from __future__ import annotations

from functools import lru_cache

from app.patterns import Pattern, Rules, Syntax, postgres_form

_RULES = Rules(length=500, groups=50, repeats=255, positions=1000, ascii=True)
"""255 is PostgreSQL's largest count of repetitions."""


def search_pattern(text: str) -> Pattern:
    """The pattern to search texts with; raises `PatternError` for what either database can't be asked to find."""
    return Pattern(Syntax(text, _RULES))


@lru_cache(maxsize=256)
def postgres_pattern(text: str) -> str:
    """The pattern in PostgreSQL's words; raises `PatternError` where `search_pattern` does."""
    search_pattern(text)
    return postgres_form(Syntax(text, _RULES))
