"""The audit trail's chain: a digest of each entry, and a MAC of each link that also covers the one before it.

Who can write to the database and has not the key can neither change an entry nor take one away unseen.
"""

from __future__ import annotations

import hashlib
import hmac

from app.auth import base64url

DIGEST_BYTES = 20


def entry_digest(text: bytes) -> bytes:
    """The digest of one entry's text: the first `DIGEST_BYTES` of its SHA-256.

    It needs no key, since the MAC of its link covers it; so sealing costs a third.
    """
    return hashlib.sha256(text).digest()[:DIGEST_BYTES]


def link_mac(key: bytes, previous: str, text: str) -> str:
    """The MAC of a link: HMAC-SHA256 over the MAC before it and the text of what it holds."""
    return base64url.encode(hmac.digest(key, f"{previous}\n{text}".encode(), "sha256"))
