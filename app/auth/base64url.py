"""Base64url without padding (RFC 4648 section 5), with one spelling for each value."""

from __future__ import annotations

import base64


def encode(value: bytes) -> str:
    """`value` as unpadded base64url."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes behind `text`. ValueError for padding, foreign characters or any second spelling."""
    value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(value) != text:
        raise ValueError("not canonical base64url")
    return value
