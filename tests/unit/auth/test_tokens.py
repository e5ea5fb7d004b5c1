import base64
import hashlib
import hmac
import json
from dataclasses import FrozenInstanceError, asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jose import jwt

from app.auth.tokens import (
    REFUSAL,
    AccessToken,
    mint_access,
    mint_refresh,
    read_access,
)
from app.errors import Unauthenticated

KEY = b"k" * 64
APPLICATION = "0b2c6f0e-7a55-4d0a-9a0a-0d8a1f0c2d11"
ISSUER = "https://actions.example"
NOW = datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)
SECOND = int(NOW.timestamp())
CLAIMS = AccessToken(
    app_uuid=APPLICATION,
    aud=APPLICATION,
    auth_profile="c1f0",
    exp=SECOND + 7200,
    iat=SECOND,
    iss=ISSUER,
    jti="j1",
    locale=None,
    nbf=SECOND,
    roles=("editor", "viewer"),
    user_id=7,
    sid="s1",
)
HEADER = {"alg": "HS512", "typ": "JWT"}
TOKEN = mint_access(KEY, CLAIMS)
REFRESH = mint_refresh(KEY, APPLICATION, "s1", 3)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
steady = settings(deadline=None)  # a busy machine is no failure
HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def read(text: str, key: bytes = KEY, now: datetime = NOW) -> AccessToken:
    return read_access(key, text, application=APPLICATION, issuer=ISSUER, now=now)


def refused(text: str, now: datetime = NOW) -> None:
    with pytest.raises(Unauthenticated) as caught:
        read(text, now=now)
    assert caught.value.message == REFUSAL


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def signed(header: object, payload: object, key: bytes = KEY, algorithm: str = "HS512") -> str:
    """A JWS of anything at all, signed correctly with our own key; bytes are taken as they are."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    message = ".".join(b64(part) for part in parts)
    return f"{message}.{b64(hmac.new(key, message.encode(), HASHES[algorithm]).digest())}"


def without(name: str) -> dict[str, Any]:
    return {claim: value for claim, value in asdict(CLAIMS).items() if claim != name}


def test_read_access_of_a_minted_token_gives_its_claims() -> None:
    assert read(TOKEN) == CLAIMS
    assert read(mint_access(KEY, replace(CLAIMS, locale="nl", roles=()))) == replace(
        CLAIMS, locale="nl", roles=()
    )


def test_mint_access_carries_the_vendors_claims_and_ours() -> None:
    header, payload, _ = TOKEN.split(".")
    assert json.loads(base64.urlsafe_b64decode(header + "==")) == HEADER
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    vendor = "app_uuid aud auth_profile exp iat iss jti locale nbf roles user_id"
    assert " ".join(sorted(claims.keys() - {"typ", "sid"})) == vendor
    assert {"typ", "sid"} <= claims.keys()
    assert claims["roles"] == ["editor", "viewer"]
    assert claims["typ"] == "access"


def test_access_token_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        CLAIMS.user_id = 1  # type: ignore[misc]


def test_read_access_accepts_any_signer_that_follows_the_rules() -> None:
    assert read(jwt.encode(asdict(CLAIMS), KEY.decode(), algorithm="HS512")) == CLAIMS
    assert read(signed({"alg": "HS512"}, asdict(CLAIMS))) == CLAIMS
    assert read(signed(HEADER, asdict(CLAIMS) | {"later": 1})) == CLAIMS


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"typ": "JWT"},
        {"alg": "none", "typ": "JWT"},
        {"alg": "None"},
        {"alg": "NONE"},
        {"alg": ""},
        {"alg": None},
        {"alg": ["HS512"]},
        {"alg": "hs512"},
        {"alg": "HS512 "},
        {"alg": "HS256"},
        {"alg": "HS384"},
        {"alg": "RS256"},
        {"alg": "RS512"},
        {"alg": "ES512"},
        {"alg": "PS512"},
        {"alg": "dir"},
        HEADER | {"typ": "jwt"},
        HEADER | {"typ": "at+jwt"},
        HEADER | {"typ": None},
        HEADER | {"kid": "access-token"},
        HEADER | {"kid": "../../../dev/null"},
        HEADER | {"jwk": {"kty": "oct", "k": b64(KEY)}},
        HEADER | {"jku": "https://attacker.example/keys"},
        HEADER | {"x5u": "https://attacker.example/cert"},
        HEADER | {"x5c": ["MIIB"]},
        HEADER | {"crit": ["exp"]},
        HEADER | {"crit": []},
        HEADER | {"b64": False, "crit": ["b64"]},
        HEADER | {"zip": "DEF"},
        HEADER | {"cty": "JWT"},
        HEADER | {"enc": "A256GCM"},
        [],
        ["HS512"],
        "HS512",
        None,
        5,
        b"",
        b"\xff\xfe",
        b'{"alg":"HS512"',
        b"[" * 2000,
        b'{"alg":' * 300,
    ],
)
def test_read_access_with_another_header_is_refused(header: object) -> None:
    refused(signed(header, asdict(CLAIMS)))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384"])
def test_read_access_signed_with_a_weaker_hash_is_refused(algorithm: str) -> None:
    refused(jwt.encode(asdict(CLAIMS), KEY.decode(), algorithm=algorithm))
    refused(signed(HEADER, asdict(CLAIMS), algorithm=algorithm))


def test_read_access_signed_with_an_rsa_key_is_refused() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for algorithm in ("RS256", "RS512"):
        refused(jwt.encode(asdict(CLAIMS), private.decode(), algorithm=algorithm))


@pytest.mark.parametrize("signature", ["", "A", "A" * 86, b64(bytes(64)), b64(bytes(32)), "=" * 86])
def test_read_access_with_an_invented_signature_is_refused(signature: str) -> None:
    refused(TOKEN.rpartition(".")[0] + "." + signature)


def test_read_access_signed_with_another_key_is_refused() -> None:
    for key in (b"", b"\0", b"K" * 64, KEY[:-1], KEY + b"k", hashlib.sha512(KEY).digest()):
        refused(signed(HEADER, asdict(CLAIMS), key))


@pytest.mark.parametrize("claim", sorted(asdict(CLAIMS)))
def test_read_access_without_a_claim_is_refused(claim: str) -> None:
    refused(signed(HEADER, without(claim)))


@pytest.mark.parametrize(
    "changed",
    [
        {"app_uuid": "11111111-7a55-4d0a-9a0a-0d8a1f0c2d11"},
        {"aud": "11111111-7a55-4d0a-9a0a-0d8a1f0c2d11"},
        {"aud": [APPLICATION]},
        {"aud": [APPLICATION, "other"]},
        {"aud": None},
        {"iss": "https://attacker.example"},
        {"iss": [ISSUER]},
        {"iss": ISSUER + "/"},
        {"typ": "refresh"},
        {"typ": None},
        {"typ": ["access"]},
        {"exp": SECOND},
        {"exp": SECOND - 1},
        {"exp": 0},
        {"exp": -1},
        {"exp": None},
        {"exp": str(SECOND + 7200)},
        {"exp": SECOND + 0.5},
        {"exp": True},
        {"exp": [SECOND + 7200]},
        {"nbf": SECOND + 1},
        {"nbf": 10**400},
        {"nbf": "0"},
        {"nbf": False},
        {"iat": None},
        {"iat": "now"},
        {"user_id": "7"},
        {"user_id": None},
        {"user_id": 7.5},
        {"roles": "editor"},
        {"roles": [1]},
        {"roles": None},
        {"roles": {"editor": 1}},
        {"locale": 5},
        {"jti": 5},
        {"sid": None},
        {"auth_profile": None},
    ],
)
def test_read_access_with_a_wrong_claim_is_refused(changed: dict[str, object]) -> None:
    refused(signed(HEADER, asdict(CLAIMS) | changed))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"5",
        b"[]",
        b'"access"',
        b"{}",
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"[" * 2500,
        b'{"typ":"access","a":' + b"[" * 1500 + b"]" * 1500 + b"}",
        b'{"typ":"access","a":' * 120,
    ],
)
def test_read_access_of_another_payload_is_refused(payload: bytes) -> None:
    refused(signed(HEADER, payload))


def test_read_access_lasts_until_the_second_before_exp() -> None:
    assert read(TOKEN, now=datetime.fromtimestamp(CLAIMS.exp - 0.001, UTC)) == CLAIMS
    for late in (0, 1, 10**8):
        refused(TOKEN, now=datetime.fromtimestamp(CLAIMS.exp + late, UTC))


def test_read_access_before_nbf_is_refused() -> None:
    assert read(TOKEN, now=datetime.fromtimestamp(CLAIMS.nbf, UTC)) == CLAIMS
    refused(TOKEN, now=datetime.fromtimestamp(CLAIMS.nbf - 0.001, UTC))


def test_read_access_compares_moments_in_any_time_zone() -> None:
    assert read(TOKEN, now=NOW.astimezone(timezone(timedelta(hours=5)))) == CLAIMS


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        " " + TOKEN,
        TOKEN + " ",
        TOKEN + "\n",
        TOKEN + "=",
        TOKEN + ".",
        "." + TOKEN,
        "Bearer " + TOKEN,
        TOKEN + "." + TOKEN,
        TOKEN.replace(".", "..", 1),
        TOKEN.replace(".", "\0", 1),
        TOKEN.replace("e", "ｅ", 1),
        TOKEN.rpartition(".")[0] + ".",
        TOKEN.rpartition(".")[0],
        "\ud800",
        "\0" * 100,
        "A" * 5000,
        "A." * 5000,
        "." * 10_000_000,
        json.dumps({"payload": TOKEN.split(".")[1], "signatures": []}),
        REFRESH,
        f"{b64(b'{}')}.{b64(b'{}')}.{b64(bytes(64))}",
        "!!!!.????.####",
    ],
)
def test_read_access_of_other_text_is_refused(text: str) -> None:
    refused(text)


def test_read_access_of_a_valid_token_over_4096_characters_is_refused() -> None:
    room = 4096 - len(TOKEN)
    fits = mint_access(KEY, replace(CLAIMS, jti="j" * (room * 3 // 4)))
    assert 4090 < len(fits) <= 4096
    assert read(fits).jti.startswith("jj")
    long = mint_access(KEY, replace(CLAIMS, jti="j" * (room * 3 // 4 + 10)))
    assert 4096 < len(long) < 4110
    refused(long)


def test_read_access_refuses_every_second_spelling_of_the_signature() -> None:
    accepted = []
    for last in ALPHABET:
        try:
            read(TOKEN[:-1] + last)
            accepted.append(last)
        except Unauthenticated:
            continue
    assert accepted == [TOKEN[-1]]


@steady
@given(st.text() | st.text(alphabet=ALPHABET + ".=") | st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]"))
@example("eyJhbGciOiJub25lIn0.e30.")
def test_read_access_of_arbitrary_text_raises_nothing_else(text: str) -> None:
    refused(text)


@steady
@given(
    place=st.integers(0, len(TOKEN)),
    cut=st.integers(0, 5),
    put=st.text(alphabet=ALPHABET + ".= \n\0é", max_size=5),
)
def test_read_access_of_a_changed_token_raises_nothing_else(place: int, cut: int, put: str) -> None:
    changed = TOKEN[:place] + put + TOKEN[place + cut :]
    if changed == TOKEN:
        assert read(changed) == CLAIMS
        return
    refused(changed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@steady
@given(header=JSON, payload=JSON | st.binary(max_size=50))
def test_read_access_of_arbitrary_parts_with_our_signature_raises_nothing_else(
    header: object, payload: object
) -> None:
    refused(signed(header, payload))
    refused(signed(HEADER, payload))


@steady
@given(st.sampled_from(sorted(asdict(CLAIMS))), JSON)
def test_read_access_of_an_arbitrary_claim_gives_the_claims_or_is_refused(claim: str, value: object) -> None:
    text = signed(HEADER, asdict(CLAIMS) | {claim: value})
    try:
        token = read(text)
    except Unauthenticated as error:
        assert error.message == REFUSAL
        return
    found = asdict(token)[claim]
    assert (list(found) if isinstance(found, tuple) else found) == value
