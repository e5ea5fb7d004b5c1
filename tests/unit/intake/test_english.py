"""Nouns in the singular and plural."""

from __future__ import annotations

import pytest

from app.intake.english import plural, singular

PAIRS = [
    *(
        ("customer", "customers"),
        ("category", "categories"),
        ("address", "addresses"),
        ("status", "statuses"),
    ),
    *(("house", "houses"), ("course", "courses"), ("box", "boxes"), ("branch", "branches"), ("day", "days")),
    *(
        ("person", "people"),
        ("child", "children"),
        ("movie", "movies"),
        ("series", "series"),
        ("media", "media"),
    ),
    *(("bus", "buses"), ("class", "classes"), ("wish", "wishes"), ("expense", "expenses")),
]


@pytest.mark.parametrize(("one", "many"), PAIRS)
def test_noun_has_both_forms(one: str, many: str) -> None:
    assert (singular(many), plural(one)) == (one, many)


@pytest.mark.parametrize(("one", "many"), PAIRS)
def test_form_that_is_right_stays(one: str, many: str) -> None:
    assert (singular(one), plural(many)) == (one, many)
