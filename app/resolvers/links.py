"""Signed, expiring addresses of stored files."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from urllib.parse import quote

from app.assets import parse_reference
from app.assets.signature import sign, verify
from app.errors import NotFound
from app.resolvers.context import Context

LIFETIME = 3600


def links(context: Context) -> Callable[[str], str]:
    """Makes the download address of a reference; good for one to two hours, the same within an hour."""

    def link(reference: str) -> str:
        key = context.server.keystore.secret("asset-url")
        application = context.generation.application.uuid.hex
        id, name = parse_reference(reference)
        expires = (int(time()) // LIFETIME + 2) * LIFETIME
        base = f"{context.base_url()}/api/runtime/{application}/assets"
        signature = sign(key, _subject(application, id, name), expires)
        return f"{base}/{id}/{quote(name, safe='')}?expires={expires}&signature={signature}"

    return link


def check_link(context: Context, id: str, name: str, expires: str, signature: str) -> None:
    """Raises `NotFound` unless the address was made by `links` and has not expired."""
    key = context.server.keystore.secret("asset-url")
    subject = _subject(context.generation.application.uuid.hex, id, name)
    genuine = expires.isascii() and expires.isdecimal() and len(expires) < 16
    if not genuine or not verify(key, subject, int(expires), signature, time()):
        raise NotFound("There is no such file.")


def _subject(application: str, id: str, name: str) -> str:
    return f"download\n{application}\n{id}\n{name}"
