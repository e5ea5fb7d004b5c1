"""Signatures of asset URLs and upload forms: whoever holds one may do one thing until it expires."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode


def sign(key: bytes, subject: str, expires: int) -> str:
    """HMAC-SHA256 of what may be done and until when (seconds since 1970), as base64url without padding.

    The subject must say what kind of thing is allowed too, or a signature for one would serve another.
    """
    message = f"{expires}\n{subject}".encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(hmac.digest(key, message, "sha256")).rstrip(b"=").decode("ascii")


def verify(key: bytes, subject: str, expires: int, signature: str, now: float) -> bool:
    """True where `sign` made the signature and it has not expired; takes the same time for any signature."""
    expected = sign(key, subject, expires).encode("ascii")
    genuine = hmac.compare_digest(expected, signature.encode("utf-8", "surrogatepass"))
    return genuine and now < expires
