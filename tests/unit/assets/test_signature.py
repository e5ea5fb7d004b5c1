"""Signatures hold for one subject, one expiry and one key."""

from __future__ import annotations

import pytest

from app.assets.signature import sign, verify

KEY = b"k" * 32
SUBJECT = "asset 0123456789abcdef0123456789abcdef"
EXPIRES = 1_800_000_000
SIGNATURE = sign(KEY, SUBJECT, EXPIRES)


def test_signature_holds_until_it_expires() -> None:
    assert verify(KEY, SUBJECT, EXPIRES, SIGNATURE, EXPIRES - 1)
    assert not verify(KEY, SUBJECT, EXPIRES, SIGNATURE, EXPIRES)


def test_signature_is_safe_in_a_url() -> None:
    assert all(sign(KEY, str(n), n).replace("-", "").replace("_", "").isalnum() for n in range(100))
    assert len(SIGNATURE) == 43


def test_signature_is_hmac_sha256() -> None:
    assert sign(b"key", "a", 1) == "mOU4gDg3Sb9ldhBXa3ZHrSzTQhpAYy9myuqQHOiObdA"


@pytest.mark.parametrize(
    ("key", "subject", "expires", "signature"),
    [
        (b"x" * 32, SUBJECT, EXPIRES, SIGNATURE),
        (KEY, "upload 0123456789abcdef0123456789abcdef", EXPIRES, SIGNATURE),
        (KEY, SUBJECT, EXPIRES + 1, SIGNATURE),
        (KEY, SUBJECT, EXPIRES, ""),
        (KEY, SUBJECT, EXPIRES, SIGNATURE[:-1]),
        (KEY, SUBJECT, EXPIRES, SIGNATURE + "="),
        (KEY, SUBJECT, EXPIRES, SIGNATURE + "a"),
        (KEY, SUBJECT, EXPIRES, SIGNATURE.swapcase()),
        (KEY, SUBJECT, EXPIRES, "é" * 43),
        (KEY, SUBJECT, EXPIRES, "\ud800"),
        (KEY, "\ud800", EXPIRES, SIGNATURE),
    ],
)
def test_signature_that_is_forged_is_none(key: bytes, subject: str, expires: int, signature: str) -> None:
    assert not verify(key, subject, expires, signature, EXPIRES - 1)


def test_signature_tells_the_expiry_from_the_subject() -> None:
    assert sign(KEY, "2\na", 1) != sign(KEY, "a", 12)
    assert sign(KEY, "a", 12) != sign(KEY, "2a", 1)
