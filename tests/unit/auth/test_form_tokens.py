"""Tokens in forms, bound to a browser and to what the form is for."""

from __future__ import annotations

import pytest

from app.auth.form_tokens import form_token, is_browser, is_form_token, new_browser

SECRET = b"s" * 32


def test_token_is_good_for_its_form_in_its_browser() -> None:
    assert is_form_token(SECRET, "browser", "form", form_token(SECRET, "browser", "form"))


@pytest.mark.parametrize(
    ("secret", "browser", "form", "token"),
    [
        (b"t" * 32, "browser", "form", None),
        (SECRET, "other", "form", None),
        (SECRET, "browser", "other", None),
        (SECRET, "browser", "form", ""),
        (SECRET, "browser", "form", "\ud800"),
    ],
)
def test_token_of_anything_else_is_not(secret: bytes, browser: str, form: str, token: str | None) -> None:
    made = form_token(SECRET, "browser", "form") if token is None else token
    assert not is_form_token(secret, browser, form, made)


def test_browsers_are_told_apart() -> None:
    assert new_browser() != new_browser()
    assert is_browser(new_browser())


@pytest.mark.parametrize("text", ["", "a" * 21, "a" * 23, "a" * 21 + "\n", "a" * 21 + "."])
def test_what_is_no_browser(text: str) -> None:
    assert not is_browser(text)
