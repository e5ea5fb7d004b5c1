"""API keys: 32 random bytes, shown once, stored as an HMAC that only the server's pepper can reproduce."""

from __future__ import annotations

import hashlib
import hmac
import secrets

KEY_BYTES = 32


def new_key() -> tuple[str, str]:
    """A fresh key as (id, secret text): 16 hexadecimal digits to find it by, 43 characters for its owner."""
    text = secrets.token_urlsafe(KEY_BYTES)
    return key_id(text), text


def key_id(text: str) -> str:
    """The id under which the key `text` is stored: derived, so a caller sends the secret alone."""
    return hashlib.sha256(_bytes_of(text)).hexdigest()[:16]


def digest(pepper: bytes, text: str) -> str:
    """What is stored of the key `text`: HMAC-SHA256 in hexadecimal."""
    return hmac.new(pepper, _bytes_of(text), hashlib.sha256).hexdigest()


def matches(pepper: bytes, text: str, stored: str) -> bool:
    """Whether `stored` is the digest of `text`, in time that tells nothing about either."""
    return hmac.compare_digest(digest(pepper, text).encode(), _bytes_of(stored))


def _bytes_of(text: str) -> bytes:
    # Whatever text a caller sends as a key gets an answer, lone surrogates too.
    return text.encode("utf-8", "surrogatepass")
