"""API keys: 32 random bytes, shown once, stored as an HMAC that only the server's pepper can reproduce."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from app.auth import base64url

KEY_BYTES = 32

_SIGNED = re.compile(r"v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})")


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


def sign_key(signing_key: bytes, application: str, text: str) -> str:
    """The key `text` of an application as a signed token, which carries its id: `v1.<id>.<key>.<mac>`."""
    body = f"v1.{key_id(text)}.{text}"
    return f"{body}.{_mac(signing_key, application, body)}"


def read_signed_key(signing_key: bytes, application: str, token: str) -> str | None:
    """The key in a token that `sign_key` made for `application`; None for any other text."""
    shape = _SIGNED.fullmatch(token)
    if shape is None:
        return None
    body, _, mac = token.rpartition(".")
    if not hmac.compare_digest(_mac(signing_key, application, body), mac) or key_id(shape[2]) != shape[1]:
        return None
    return shape[2]


def _mac(signing_key: bytes, application: str, body: str) -> str:
    message = f"{base64url.encode(application.encode())}.{body}"
    return base64url.encode(hmac.new(signing_key, message.encode(), hashlib.sha256).digest())


def _bytes_of(text: str) -> bytes:
    # Whatever text a caller sends as a key gets an answer, lone surrogates too.
    return text.encode("utf-8", "surrogatepass")
