import re

import pytest

from app.auth.keys import digest, key_id, matches, new_key, read_signed_key, sign_key

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


def test_signed_key_carries_its_id_and_is_read_again() -> None:
    name, text = new_key()
    token = sign_key(PEPPER, "app", text)
    assert token.split(".")[:3] == ["v1", name, text]
    assert read_signed_key(PEPPER, "app", token) == text


def test_signed_key_of_another_application_or_signer_is_none() -> None:
    token = sign_key(PEPPER, "app", new_key()[1])
    assert read_signed_key(PEPPER, "apq", token) is None
    assert read_signed_key(b"q" * 32, "app", token) is None


@pytest.mark.parametrize("place", range(4))
def test_signed_key_with_an_exchanged_part_is_none(place: int) -> None:
    parts, others = (sign_key(PEPPER, "app", new_key()[1]).split(".") for _ in range(2))
    parts[place] = others[place] if place else "v2"
    assert read_signed_key(PEPPER, "app", ".".join(parts)) is None


@pytest.mark.parametrize("text", ["", ".", "v1...", "v1.a.b.c", "\ud800", "x" * 100_000])
def test_signed_key_that_is_none(text: str) -> None:
    assert read_signed_key(PEPPER, "app", text) is None
