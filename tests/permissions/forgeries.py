"""Access tokens that are none, in every way that somebody might try."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from time import time
from typing import Any
from uuid import UUID

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
OTHER = UUID("0f0f0f0f0f0f4f0f8f0f0f0f0f0f0f0f")
"""The uuid of another application."""


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unb64(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def signed(header: Any, claims: Any, key: bytes, algorithm: str = "HS512") -> str:
    message = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{message}.{b64(hmac.new(key, message.encode(), HASHES[algorithm]).digest())}"


def forgeries(token: str, refresh: str, key: bytes) -> Iterator[tuple[str, str]]:
    """Tokens of ada's that are none, by what is wrong with them; all but the first few bear a right signature."""
    header, payload, signature = token.split(".")
    head, claims = unb64(header), unb64(payload)
    yield from _broken(header, payload, signature, refresh)
    yield (
        "its own key in the header",
        signed(head | {"jwk": {"kty": "oct", "k": b64(b"k" * 64)}}, claims, b"k" * 64),
    )
    yield "no key", signed(head, claims, b"")
    for algorithm in ("none", "None", "HS256", "HS384", "RS256", "ES512", "PS512", ""):
        made = (HASHES.get(algorithm) and algorithm) or "HS512"
        yield f"alg {algorithm}", signed(head | {"alg": algorithm}, claims, key, made)
    for extra in (
        {"kid": "../../dev/null"},
        {"jku": "http://127.0.0.1/"},
        {"x5u": "x"},
        {"crit": ["exp"]},
        {"typ": "at+jwt"},
    ):
        yield f"header {extra}", signed(head | extra, claims, key)
    now = int(time())
    for change in (
        {"exp": now - 1},
        {"exp": now},
        {"exp": str(now + 60)},
        {"exp": None},
        {"nbf": now + 60},
        {"aud": OTHER.hex},
        {"aud": [claims["aud"]]},
        {"app_uuid": OTHER.hex},
        {"iss": "somebody"},
        {"typ": "refresh"},
        {"typ": None},
        {"sid": "0" * 32},
        {"sid": None},
        {"auth_profile": "2" * 32},
        {"auth_profile": "nothing"},
    ):
        yield f"claims {change}", signed(head, claims | change, key)
    for name in ("exp", "nbf", "iat", "aud", "iss", "typ", "sid", "app_uuid", "auth_profile"):
        yield (
            f"without {name}",
            signed(head, {key: value for key, value in claims.items() if key != name}, key),
        )
    yield "claims in a list", signed(head, [claims], key)


def _broken(header: str, payload: str, signature: str, refresh: str) -> Iterator[tuple[str, str]]:
    claims = unb64(payload)
    richer = b64(json.dumps(claims | {"user_id": 4, "roles": ["auditor"]}).encode())
    unsigned = b64(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    yield "changed claims", f"{header}.{richer}.{signature}"
    yield "no algorithm and no signature", f"{unsigned}.{payload}."
    yield "no algorithm, two parts", f"{unsigned}.{payload}"
    yield "empty signature", f"{header}.{payload}."
    yield "signature cut off", f"{header}.{payload}.{signature[:-2]}"
    yield "signature of something else", f"{header}.{payload}.{signature[::-1]}"
    yield "a fourth part", f"{header}.{payload}.{signature}.x"
    yield "a space in it", f"{header}. {payload}.{signature}"
    yield "padding", f"{header}.{payload}.{signature}=="
    yield "a refresh token", refresh
    yield "long", "a" * 5_000
    yield "dots", ".."
    yield "nothing of the kind", "password"
