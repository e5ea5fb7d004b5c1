import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.auth.tokens import REFUSAL, RefreshToken, mint_refresh, read_refresh
from app.errors import Unauthenticated

KEY = b"k" * 64
APPLICATION = "0b2c6f0e-7a55-4d0a-9a0a-0d8a1f0c2d11"
REFRESH = mint_refresh(KEY, APPLICATION, "s1", 3)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
steady = settings(deadline=None)  # a busy machine is no failure


def test_mint_refresh_is_versioned_text_with_a_mac() -> None:
    version, session, counter, mac = REFRESH.split(".")
    assert (version, base64.urlsafe_b64decode(session + "=="), counter, len(mac)) == ("v1", b"s1", "3", 43)


@pytest.mark.parametrize("session", ["s1", "0b2c6f0e7a554d0a9a0a0d8a1f0c2d11", "sé.|", "x" * 192])
@pytest.mark.parametrize("counter", [0, 1, 10**17])
def test_read_refresh_of_a_minted_token_gives_its_session(session: str, counter: int) -> None:
    text = mint_refresh(KEY, APPLICATION, session, counter)
    assert read_refresh(KEY, APPLICATION, text) == RefreshToken(session, counter)


def refresh_refused(text: str, key: bytes = KEY, application: str = APPLICATION) -> None:
    with pytest.raises(Unauthenticated) as caught:
        read_refresh(key, application, text)
    assert caught.value.message == REFUSAL


def test_read_refresh_with_another_key_or_application_is_refused() -> None:
    refresh_refused(REFRESH, key=b"K" * 64)
    refresh_refused(REFRESH, application="other")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v1...",
        "eyJhbGciOiJIUzUxMiJ9.e30." + "A" * 86,
        REFRESH.replace("v1", "v2"),
        REFRESH.replace("v1", "V1"),
        REFRESH.replace(".3.", ".4."),
        REFRESH.replace(".3.", ".03."),
        REFRESH.replace(".3.", ".+3."),
        REFRESH.replace(".3.", ".-3."),
        REFRESH.replace(".3.", ".３."),
        REFRESH.replace(".3.", f".{'9' * 5000}."),
        REFRESH.replace(".czE.", ".czI."),
        REFRESH.replace(".czE.", ".czF."),
        REFRESH.replace(".czE.", ".czE=."),
        REFRESH[:-1],
        REFRESH + "=",
        REFRESH + "\n",
        " " + REFRESH,
        "v1." + "A" * 10_000_000,
        "\ud800",
    ],
)
def test_read_refresh_of_other_text_is_refused(text: str) -> None:
    refresh_refused(text)


@steady
@given(st.text() | st.from_regex(r"v1\.[A-Za-z0-9_-]+\.[0-9]+\.[A-Za-z0-9_-]{43}"))
def test_read_refresh_of_arbitrary_text_raises_nothing_else(text: str) -> None:
    refresh_refused(text)


@steady
@given(
    place=st.integers(0, len(REFRESH)),
    cut=st.integers(0, 5),
    put=st.text(alphabet=ALPHABET + ".= \n\0é", max_size=5),
)
def test_read_refresh_of_a_changed_token_raises_nothing_else(place: int, cut: int, put: str) -> None:
    changed = REFRESH[:place] + put + REFRESH[place + cut :]
    if changed == REFRESH:
        assert read_refresh(KEY, APPLICATION, changed) == RefreshToken("s1", 3)
        return
    refresh_refused(changed)


@steady
@given(
    st.tuples(st.text(max_size=5), st.text(max_size=5)), st.tuples(st.text(max_size=5), st.text(max_size=5))
)
def test_mint_refresh_never_shares_a_mac_between_sessions(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    first, second = mint_refresh(KEY, *one, 1), mint_refresh(KEY, *other, 1)
    assert (first.rpartition(".")[2] == second.rpartition(".")[2]) == (one == other)
