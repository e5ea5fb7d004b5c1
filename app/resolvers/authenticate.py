"""Who calls: credentials in, `Principal` out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

from app.auth.keys import key_id
from app.definition.model import Action
from app.errors import ActionQLError, HttpsRequired, PrivateDataMode, TooManyRequests, Unauthenticated
from app.permissions import ANYBODY, Principal
from app.resolvers.audit import tell_refusal
from app.resolvers.context import Context, Generation, Server
from app.resolvers.key_ring import KeyRing
from app.resolvers.keys import takes_keys
from app.storage.keys import Holder, KeyKind
from app.storage.users import email_key

WRONG_KEY = "The e-mail address or the key is not valid."
WRONG_LONE_KEY = "The key is not valid here."
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_SIGNED_KEY = re.compile(r"v1\.[0-9a-f]{16}\.([A-Za-z0-9_-]{43})\.[A-Za-z0-9_-]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")


async def authenticate(generation: Generation, authorization: str | None) -> Principal:
    """The caller behind an `Authorization` header with a Bearer token; without the header, or an empty one, anybody.

    Raises `Unauthenticated` for another scheme and for a token that is forged, expired, revoked, of another
    application, or whose user is gone or has a new password; `PrivateDataMode` instead where only builders get in.
    """
    if authorization is None or not authorization.strip():
        # Webservices whose header is a template send it empty while they have no token yet.
        return ANYBODY
    try:
        return await generation.standings.find(generation.tokens.read(_bearer(authorization)))
    except Unauthenticated:
        if generation.permissions.private:
            raise PrivateDataMode from None
        raise


async def authenticate_basic(
    server: Server, generation: Generation, authorization: str | None, address: str
) -> Principal:
    """The user behind HTTP Basic credentials (RFC 7617, UTF-8): the e-mail address and a key for REST.

    Raises `Unauthenticated`, after the same time and in the same words, whatever is wrong (`PrivateDataMode` where
    only builders get in), and `TooManyRequests`.
    """
    holder = await _holder(server, generation.keys, "rest", _sent(authorization))
    if holder is None:
        raise _refusal(server, generation, address)
    return _user(server, generation, holder)


async def authenticate_incoming(
    server: Server, generation: Generation, authorization: str | None, address: str
) -> Principal:
    """The user behind a signed key of the incoming API, sent as it is or as a Bearer token.

    Raises as `authenticate_basic` does. Whether the user has the privilege to use the key, the trigger decides.
    """
    holder = await _holder(server, generation.keys, "incoming", _sent(authorization, WRONG_LONE_KEY))
    if holder is None:
        raise _refusal(server, generation, address, WRONG_LONE_KEY)
    return _user(server, generation, holder)


async def authenticate_module(
    server: Server, generation: Generation, action: Action | None, authorization: str | None, address: str
) -> Principal:
    """The caller with a key of this module, who is nobody but that; `action` is None where there is no such module.

    Raises `Unauthenticated` in the same words for a key that is missing or wrong, for another module's, and for what
    is no module; `PrivateDataMode` for a right key while the application is private.
    """
    holder = await _holder(server, generation.keys, "module", _sent(authorization, WRONG_LONE_KEY))
    uuid = action.uuid.hex if action is not None and takes_keys(action) else ""
    if holder is None or not hmac.compare_digest(holder.key.action or "", uuid):
        _count_wrong(server, address)
        raise Unauthenticated(WRONG_LONE_KEY)
    principal = Principal(key=holder.key.id)
    generation.permissions.admit(principal)
    generation.keys.note_use(holder.key)
    return principal


def tell_unknown(context: Context, authorization: str | None, error: Exception) -> None:
    """Tells of a caller who was refused before it was known who it is, with which credentials."""
    # What came in the clear is not even read.
    sent = None if isinstance(error, HttpsRequired) else authorization
    tell_refusal(context, "authenticate", credential_id(sent), error)


def credential_id(authorization: str | None) -> str:
    """What may be told of an `Authorization` header: its scheme, with the id of a key or token.

    An id is of what has the form of a key or token of ours, which nobody can guess from it; perhaps somebody sent a
    password in its place.
    """
    sent = (authorization or "").strip()
    if not sent:
        return ""
    text = _basic(sent)[1] or _token(sent) or sent
    signed = _SIGNED_KEY.fullmatch(text)
    if signed or _KEY.fullmatch(text):
        return f"key:{key_id(signed[1] if signed else text)}"
    if _TOKEN.fullmatch(text):
        return f"token:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    scheme = sent.partition(" ")[0].lower()
    return scheme if scheme in ("basic", "bearer") else "unknown"


async def _holder(server: Server, keys: KeyRing, kind: KeyKind, sent: str) -> Holder | None:
    """Who holds the key of a header; while the database stays as it is, the same header is right without a look."""
    version = server.database.version()
    known = keys.recall(kind, sent, version)
    if known is not None:
        return known
    found = await _FIND[kind](keys, sent)
    if found is not None:
        keys.remember(kind, sent, found, version)
    return found


async def _find_named(keys: KeyRing, sent: str) -> Holder | None:
    email, text = _basic(sent)
    holder = await keys.find("rest", text)
    known = email_key(holder.email) if holder else ""
    named = hmac.compare_digest(email_key(email).encode(), known.encode())
    return holder if named else None


async def _find_signed(keys: KeyRing, sent: str) -> Holder | None:
    return await keys.find_signed(_token(sent) or sent)


async def _find_bare(keys: KeyRing, sent: str) -> Holder | None:
    return await keys.find("module", _token(sent))


_FIND: Mapping[KeyKind, Callable[[KeyRing, str], Awaitable[Holder | None]]] = {
    "rest": _find_named,
    "incoming": _find_signed,
    "module": _find_bare,
}


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("Send the access token as Authorization: Bearer <token>.")
    return token.strip()


def _sent(authorization: str | None, message: str = WRONG_KEY) -> str:
    """The header; clients that wait to be asked send their first request without it, which is no wrong key."""
    if authorization is None or not authorization.strip():
        raise Unauthenticated(message)
    return authorization.strip()


def _basic(authorization: str) -> tuple[str, str]:
    """Name and password, both empty where there are none that can be read."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        email, _, text = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return email, text


def _token(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _user(server: Server, generation: Generation, holder: Holder) -> Principal:
    """The user of a key, unless it is used too often."""
    limit = server.settings.key_per_minute
    wait = server.attempts.check(f"key:{holder.key.id}", limit, monotonic())
    if wait is not None:
        raise TooManyRequests("Too many requests with this key, try again later.", wait)
    generation.keys.note_use(holder.key)
    return Principal(
        record={"id": holder.user_id, "email": holder.email},
        roles=holder.roles,
        privileges=generation.permissions.privileges(holder.roles),
        key=holder.key.id,
    )


def _refusal(server: Server, generation: Generation, address: str, message: str = WRONG_KEY) -> ActionQLError:
    """Nobody but builders is told more than that while the application is private."""
    _count_wrong(server, address)
    return PrivateDataMode() if generation.permissions.private else Unauthenticated(message)


def _count_wrong(server: Server, address: str) -> None:
    """Right keys still count from an address that sent too many wrong ones: 32 random bytes can't be guessed."""
    limit = server.settings.wrong_keys_per_address_minute
    wait = server.attempts.check(f"wrong keys:{address}", limit, monotonic())
    if wait is not None:
        raise TooManyRequests("Too many wrong keys, try again later.", wait)
