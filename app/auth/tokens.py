"""Access tokens (HS512 JWT with the vendor's claims) and refresh tokens (opaque, authenticated text).

Both readers raise `Unauthenticated` with one message whatever is wrong, so a forger learns nothing. Sources:
RFC 7519 (JWT), RFC 7515 (JWS), RFC 8725 (JWT best current practices).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import orjson
from pydantic import TypeAdapter

from app.auth import base64url
from app.errors import Unauthenticated

REFUSAL = "The token is not valid."
MOST_CHARACTERS = 4096

_ALGORITHM = "HS512"
_HEADERS = ({"alg": _ALGORITHM, "typ": "JWT"}, {"alg": _ALGORITHM})
# The last character of 64 bytes in base64url carries two bits: other spellings of the same bytes are refused.
_ACCESS = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{85}[AQgw]")
_REFRESH = re.compile(r"v1\.([A-Za-z0-9_-]{1,256})\.(0|[1-9][0-9]{0,17})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The claims of an access token; `exp iat nbf` are whole seconds since 1970, `aud` is the application.

    `roles` and `locale` are for the client: the server reads both from the database at each request.
    """

    app_uuid: str
    aud: str
    auth_profile: str
    exp: int
    iat: int
    iss: str
    jti: str
    locale: str | None
    nbf: int
    roles: tuple[str, ...]
    user_id: int
    sid: str
    typ: Literal["access"] = "access"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What a refresh token says: a session and how often that session has been refreshed."""

    session: str
    counter: int


_CLAIMS = TypeAdapter(AccessToken)


def mint_access(key: bytes, claims: AccessToken) -> str:
    """`claims` as a signed JWT."""
    # Not every server makes tokens, and what signs them takes time to start and memory.
    from jose import jwk, jwt

    return jwt.encode(asdict(claims), jwk.construct(key, _ALGORITHM), algorithm=_ALGORITHM)


def read_access(key: bytes, text: str, *, application: str, issuer: str, now: datetime) -> AccessToken:
    """The claims of an access token made with `key` for `application` by `issuer` that is valid `now`.

    `now` has a time zone. No leeway: a token is dead in the second that `exp` names. Unauthenticated, always
    with the same message, for anything else, however malformed.
    """
    moment = now.timestamp()
    try:
        token = _verified(key, text)
    except Exception as error:
        # The libraries below promise no closed set of exceptions for hostile text.
        raise Unauthenticated(REFUSAL) from error
    if (token.app_uuid, token.aud, token.iss) != (application, application, issuer):
        raise Unauthenticated(REFUSAL)
    if not token.nbf <= moment < token.exp:
        raise Unauthenticated(REFUSAL)
    return token


def _verified(key: bytes, text: str) -> AccessToken:
    from jose import jwk, jws

    shape = _ACCESS.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if shape is None or orjson.loads(base64url.decode(shape[1])) not in _HEADERS:
        raise ValueError("not one of our tokens")
    payload = jws.verify(text, jwk.construct(key, _ALGORITHM), algorithms=[_ALGORITHM])
    if orjson.loads(payload).get("typ") != "access":
        raise ValueError("not an access token")
    return _CLAIMS.validate_json(payload, strict=True)


def mint_refresh(key: bytes, application: str, session: str, counter: int) -> str:
    """A refresh token for the `counter`th refresh of `session`: `v1.<session>.<counter>.<mac>`."""
    body = f"v1.{base64url.encode(session.encode())}.{counter}"
    return f"{body}.{_mac(key, application, body)}"


def read_refresh(key: bytes, application: str, text: str) -> RefreshToken:
    """What `text` says, made with `key` for `application`; else Unauthenticated, always the same."""
    shape = _REFRESH.fullmatch(text)
    if shape is None:
        raise Unauthenticated(REFUSAL)
    body, _, mac = text.rpartition(".")
    if not hmac.compare_digest(_mac(key, application, body), mac):
        raise Unauthenticated(REFUSAL)
    return RefreshToken(session=base64url.decode(shape[1]).decode(), counter=int(shape[2]))


def _mac(key: bytes, application: str, body: str) -> str:
    # The application is encoded too: no two different tuples share one message.
    message = f"{base64url.encode(application.encode())}.{body}"
    return base64url.encode(hmac.new(key, message.encode(), hashlib.sha256).digest())
