import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth import base64url


@given(st.binary())
def test_decode_of_what_encode_made_is_the_value(value: bytes) -> None:
    assert base64url.decode(base64url.encode(value)) == value


@pytest.mark.parametrize("text", ["AB", "AA==", "+/+/", "A A", "AAAA\n", "A", "ä", "\ud800"])
def test_decode_of_a_second_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        base64url.decode(text)
