"""The session of a browser: a token pair in one cookie that no script reads and no other site makes use of.

The access token names the caller; once it has run out, the refresh token beside it gives the next pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from app.edge import header
from app.errors import Forbidden, PrivateDataMode, Unauthenticated
from app.resolvers.audit import REFUSALS
from app.resolvers.authenticate import authenticate, tell_unknown
from app.resolvers.context import Context
from app.resolvers.login import refresh_token, revoke_refresh_token

_BETWEEN = "~"
"""Between the two tokens; neither has one in it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, and what its answer has to set."""

    context: Context
    refresh: str | None = None
    """The refresh token of the cookie that the caller is known by."""
    set_cookie: str | None = None


async def recognize(context: Context, request: Request) -> Caller:
    """The caller by `Authorization`, else by cookie; a cookie that is good no longer is taken away."""
    authorization = header(request, b"authorization")
    if authorization is not None:
        try:
            return Caller(await _known(context, authorization))
        except REFUSALS as error:
            tell_unknown(context, authorization, error)
            raise
    stored = request.cookies.get(_name(context))
    if not stored:
        return Caller(context)
    access, _, refresh = stored.partition(_BETWEEN)
    try:
        return Caller(await _known(context, f"Bearer {access}"), refresh)
    except (Unauthenticated, PrivateDataMode):
        return await _renewed(context, refresh)


def begun(context: Context, pair: Mapping[str, Any]) -> str:
    """The Set-Cookie of a new session, or of its next pair."""
    value = f"{pair['jwtToken']}{_BETWEEN}{pair['refreshToken']}"
    return _cookie(context, value, int(pair["refreshExpiresIn"]))


async def end(caller: Caller, profile: str) -> str:
    """Ends the session of the caller's cookie if it is one of the profile; the Set-Cookie without it."""
    if caller.refresh is not None and caller.context.principal.profile == profile:
        await revoke_refresh_token(caller.context, caller.refresh)
    return _cookie(caller.context, "", 0)


def by_cookie(context: Context, request: Request) -> bool:
    """Whether a request comes with the cookie and nothing that counts before it."""
    return header(request, b"authorization") is None and _name(context) in request.cookies


def check_origin(context: Context, request: Request) -> None:
    """Raises `Forbidden` for a request that a browser sends from another site, unless its origin is allowed by name.

    Every browser says on a write where it comes from; who says nothing at all is none, and has no cookie that
    somebody else could make use of.
    """
    site = header(request, b"sec-fetch-site")
    if site in ("same-origin", "none"):
        return
    origin = header(request, b"origin") or header(request, b"referer")
    if site is None and origin is None:
        return
    if origin in context.server.settings.allowed_origins:
        return
    own = {_origin(context.base_url()), _origin(str(request.base_url))}
    if site is not None or _origin(origin or "") not in own:
        raise Forbidden("This request comes from another site.")


async def _known(context: Context, authorization: str) -> Context:
    principal = await authenticate(context.generation, authorization)
    return context._replace(principal=principal)


async def _renewed(context: Context, refresh: str) -> Caller:
    try:
        pair = await refresh_token(context, refresh)
        known = await _known(context, f"Bearer {pair['jwtToken']}")
    except (Unauthenticated, PrivateDataMode):
        return Caller(context, None, _cookie(context, "", 0))
    return Caller(known, pair["refreshToken"], begun(context, pair))


def _cookie(context: Context, value: str, seconds: int) -> str:
    made: SimpleCookie = SimpleCookie()
    name = _name(context)
    made[name] = value
    made[name].update({"path": "/", "max-age": str(seconds), "samesite": "Lax"})
    made[name].update([("httponly", "yes"), *([("secure", "yes")] if _secure(context) else [])])
    return made[name].OutputString()


def _name(context: Context) -> str:
    """One for each application; with the prefix, browsers take it from this very host over TLS alone."""
    name = f"actionql-{context.generation.application.uuid.hex}"
    return f"__Host-{name}" if _secure(context) else name


def _secure(context: Context) -> bool:
    """Whether the cookie may go over TLS alone. Without TLS there are logins only where the settings allow it."""
    return urlsplit(context.base_url()).scheme == "https"


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
