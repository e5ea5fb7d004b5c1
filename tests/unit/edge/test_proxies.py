from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from app.edge.proxies import TrustedProxies, is_secure

TRUSTED = ("10.0.0.0/8", "fd00::/8", "127.0.0.2")
Headers = list[tuple[str, str]]


async def seen(
    peer: str | None, headers: Headers, *, scheme: str = "http", trusted: Any = TRUSTED
) -> Request:
    """A request as the application sees it."""
    found: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    scope: Scope = {
        "type": "http",
        "scheme": scheme,
        "client": None if peer is None else (peer, 1),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
    }
    nothing: Any = None
    await (TrustedProxies(app, trusted) if trusted else app)(scope, nothing, nothing)
    return Request(found[0])


FOR, PROTO = "x-forwarded-for", "x-forwarded-proto"


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", [(FOR, "203.0.113.9")], "192.0.2.1"),
        ("10.1.1.1", [], "10.1.1.1"),
        ("10.1.1.1", [(FOR, "203.0.113.9")], "203.0.113.9"),
        # What the client sent itself stands to the left.
        ("10.1.1.1", [(FOR, "127.0.0.1, 203.0.113.9")], "203.0.113.9"),
        ("10.1.1.1", [(FOR, "127.0.0.1"), (FOR, "203.0.113.9")], "203.0.113.9"),
        ("10.1.1.1", [(FOR, "198.51.100.7, 203.0.113.9,10.2.2.2 , 10.3.3.3")], "203.0.113.9"),
        ("10.1.1.1", [(FOR, "10.2.2.2, 10.3.3.3")], "10.2.2.2"),
        ("10.1.1.1", [(FOR, "203.0.113.9:4711")], "203.0.113.9"),
        ("10.1.1.1", [(FOR, "[2001:db8::9]:4711")], "2001:db8::9"),
        ("10.1.1.1", [(FOR, "2001:DB8:0::9")], "2001:db8::9"),
        ("fd00::1", [(FOR, "2001:db8::9, fd00::2")], "2001:db8::9"),
        ("::ffff:10.1.1.1", [(FOR, "::ffff:203.0.113.9")], "203.0.113.9"),
        # Nothing is believed that stands beyond what can't be read.
        ("10.1.1.1", [(FOR, "127.0.0.1, unknown")], "10.1.1.1"),
        ("10.1.1.1", [(FOR, "127.0.0.1, unknown, 10.2.2.2")], "10.2.2.2"),
        ("10.1.1.1", [(FOR, "")], "10.1.1.1"),
        ("10.1.1.1", [(FOR, "127.0.0.1,")], "10.1.1.1"),
        ("10.1.1.1", [("forwarded", "for=203.0.113.9;proto=https")], "10.1.1.1"),
    ],
)
async def test_client_is_the_rightmost_address_that_is_no_trusted_proxy(
    peer: str, headers: Headers, client: str
) -> None:
    request = await seen(peer, headers)
    assert request.client is not None
    assert request.client.host == client


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("127.0.0.1", []),
        ("127.9.9.9", []),
        ("::1", []),
        ("::ffff:127.0.0.1", []),
        ("10.1.1.1", [(PROTO, "https")]),
        ("10.1.1.1", [(PROTO, "HTTPS"), (FOR, "203.0.113.9")]),
        ("10.1.1.1", [(PROTO, "https, https")]),
        ("fd00::1", [(PROTO, "https")]),
        ("127.0.0.2", [(PROTO, "https")]),
    ],
)
async def test_request_is_secure(peer: str, headers: Headers) -> None:
    assert is_secure(await seen(peer, headers))


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        (None, []),
        ("not an address", []),
        ("192.0.2.1", []),
        ("2001:db8::1", []),
        ("169.254.1.1", []),
        # Forged: nobody trusts this peer.
        ("192.0.2.1", [(PROTO, "https")]),
        ("192.0.2.1", [(FOR, "127.0.0.1")]),
        ("192.0.2.1", [(FOR, "127.0.0.1"), (PROTO, "https")]),
        ("192.0.2.1", [("forwarded", "for=127.0.0.1;proto=https")]),
        # A proxy on this machine that nobody declared.
        ("127.0.0.1", [(FOR, "203.0.113.9")]),
        ("127.0.0.1", [(FOR, "203.0.113.9"), (PROTO, "https")]),
        ("127.0.0.1", [(FOR, "127.0.0.1")]),
        ("::1", [(PROTO, "https")]),
        ("127.0.0.1", [("forwarded", "for=203.0.113.9")]),
        # A declared one says http, says nothing, or says both.
        ("10.1.1.1", []),
        ("10.1.1.1", [(PROTO, "http")]),
        ("10.1.1.1", [(PROTO, "https, http")]),
        ("10.1.1.1", [(PROTO, "http, https")]),
        ("10.1.1.1", [(PROTO, "https"), (PROTO, "http")]),
        ("10.1.1.1", [(PROTO, "https,")]),
        ("10.1.1.1", [(FOR, "127.0.0.1")]),
        ("127.0.0.2", []),
        ("127.0.0.2", [(FOR, "127.0.0.1")]),
    ],
)
async def test_request_is_not_secure(peer: str | None, headers: Headers) -> None:
    assert not is_secure(await seen(peer, headers))


async def test_https_of_the_server_itself_is_secure() -> None:
    assert is_secure(await seen("192.0.2.1", [], scheme="https"))


async def test_https_that_a_trusted_proxy_does_not_confirm_is_not() -> None:
    assert not is_secure(await seen("10.1.1.1", [(PROTO, "http")], scheme="https"))


async def test_without_trusted_proxies_headers_mean_nothing() -> None:
    request = await seen("10.1.1.1", [(PROTO, "https"), (FOR, "127.0.0.1")], trusted=())
    assert request.client is not None
    assert (request.client.host, is_secure(request)) == ("10.1.1.1", False)
