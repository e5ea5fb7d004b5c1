"""Where a request comes from, and whether it came safely: what proxies say counts only when they are trusted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
_PROXIED = "actionql.proxied"
_SAID_BY_PROXIES = (b"x-forwarded-for", b"x-forwarded-proto", b"forwarded")


class TrustedProxies:
    """ASGI middleware: takes client and scheme from the X-Forwarded headers of proxies that are trusted.

    The client is the rightmost address that is no trusted proxy: whatever stands left of it, the client may have
    sent itself. The scheme is https when every value of X-Forwarded-Proto is. From other peers both headers
    mean nothing.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = app
        self._trusted = [ip_network(one, strict=False) for one in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_trusted(_peer(scope)):
            scope = {**scope, **self._seen_through(scope)}
        await self._app(scope, receive, send)

    def _seen_through(self, scope: Scope) -> dict[str, object]:
        protocols = _values(scope, b"x-forwarded-proto")
        secure = bool(protocols) and all(one.lower() == "https" for one in protocols)
        client = self._client(scope)
        return {
            "client": (str(client), 0),
            "scheme": "https" if secure else "http",
            _PROXIED: True,
        }

    def _client(self, scope: Scope) -> Address | None:
        client = _peer(scope)
        for text in reversed(_values(scope, b"x-forwarded-for")):
            address = _address(text)
            if address is None:
                return client
            client = address
            if not self._is_trusted(client):
                return client
        return client

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def is_secure(request: Request) -> bool:
    """Whether what the request carries could not be read on its way.

    That is so over HTTPS, and from this machine itself. A request that any proxy has touched is none from this
    machine: it needs a trusted proxy that says https.
    """
    return request.scope["scheme"] == "https" or is_local(request)


def is_local(request: Request) -> bool:
    """Whether the request comes from this machine itself, as far as can be told: no proxy has touched it."""
    scope = request.scope
    peer = _peer(scope)
    if peer is None or not peer.is_loopback or scope.get(_PROXIED):
        return False
    return not any(name in _SAID_BY_PROXIES for name, _ in scope["headers"])


def _values(scope: Scope, header: bytes) -> list[str]:
    """What a header lists, however often it was sent; the empty ones too."""
    sent = b",".join(value for name, value in scope["headers"] if name == header)
    return [part.strip() for part in sent.decode("latin-1").split(",")] if sent else []


def _peer(scope: Scope) -> Address | None:
    client = scope.get("client")
    return _peer_address(client[0]) if client else None


@lru_cache(maxsize=1_000)
def _peer_address(text: str) -> Address | None:
    """The same for peers: they come again, and their texts are short, unlike those that headers bring."""
    return _address(text)


def _address(text: str) -> Address | None:
    """An address with or without a port; one of IPv4 that is written as IPv6 is that of IPv4."""
    host = text
    if text.startswith("["):
        host = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        host = text.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
