import re

import pytest

from app.auth.keys import digest, key_id, matches, new_key

PEPPER = b"p" * 32


def test_new_key_is_32_bytes_with_a_derived_id() -> None:
    name, text = new_key()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", text)
    assert re.fullmatch(r"[0-9a-f]{16}", name)
    assert name == key_id(text)
    assert new_key() != (name, text)


def test_digest_is_hmac_sha256_and_hides_the_key() -> None:
    # RFC 4231, test case 2
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert digest(b"Jefe", "what do ya want for nothing?") == expected
    assert "what" not in digest(PEPPER, "what")


def test_matches_the_key_it_was_made_of() -> None:
    _, text = new_key()
    assert matches(PEPPER, text, digest(PEPPER, text))


@pytest.mark.parametrize("stored", ["", "0" * 64, "ä", "\ud800"])
def test_matches_another_digest_is_false(stored: str) -> None:
    assert not matches(PEPPER, "key", stored)


def test_matches_another_key_or_pepper_is_false() -> None:
    stored = digest(PEPPER, "key")
    assert not matches(PEPPER, "kez", stored)
    assert not matches(b"q" * 32, "key", stored)
    assert not matches(PEPPER, "\ud800", stored)
