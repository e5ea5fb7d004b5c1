"""Tokens in forms that show that a form was made by this server, for this browser."""

from __future__ import annotations

import hmac
import re
import secrets

from app.auth import base64url

_BROWSER = re.compile(r"[A-Za-z0-9_-]{22}")


def new_browser() -> str:
    """What a cookie tells one browser from another by."""
    return secrets.token_urlsafe(16)


def is_browser(text: str) -> bool:
    """Whether the text has the form of what `new_browser` gives."""
    return _BROWSER.fullmatch(text) is not None


def form_token(secret: bytes, browser: str, form: str) -> str:
    """The token of a form, which says what the form is for, in a browser."""
    return base64url.encode(hmac.digest(secret, f"{browser}\n{form}".encode(), "sha256"))


def is_form_token(secret: bytes, browser: str, form: str, token: str) -> bool:
    """Whether `form_token` made the token; takes the same time for any."""
    expected = form_token(secret, browser, form)
    return hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass"))
