"""Steps in a few words."""

from __future__ import annotations

import pytest

from app.pages.drawings.step_words import asides_of, words_of
from app.steps import KINDS
from tests.unit.pages.drawings.steps import step


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_words(name: str) -> None:
    words = words_of(step(KINDS[name].example))
    assert (
        "Value(" not in words
        and "Where(" not in words
        and "Template(" not in words
        and "object at" not in words
    )
    assert "\n" not in words or "{{" in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "find: {model: Bike, where: {owner: {id: {eq: =me.id}}}, first: true}",
            "Bike, where owner id eq me.id, first",
        ),
        ("find: {model: Bike, where: {_or: [{a: 1}, {b: {gt: 2}}]}}", "Bike, where a 1 or b gt 2"),
        ("create: {model: Bike, values: {brand: Koga, price: =1 + 1}}", "Bike, with brand, price"),
        ("condition: =a == null", "a == null"),
        ("{loop: =rows, each: row}", "row in rows"),
        ("assign: {a: =1, b: x}", "a: 1, b: x"),
        ("call: {action: Order part, with: {code: =code}}", "Order part, with code"),
        ("wait: 2h", "2 h"),
        ("error: There is none.", "There is none."),
        ("finish:", ""),
    ],
)
def test_words_say_what_the_step_works_on(text: str, words: str) -> None:
    assert words_of(step(text)) == words


def test_asides_say_what_becomes_of_the_step() -> None:
    one = step("{http_request: {url: x}, if: =a, retry: {times: 2}, on_error: continue}")
    assert asides_of(one) == ["if a", "tried 2 times more", "goes on after an error"]
