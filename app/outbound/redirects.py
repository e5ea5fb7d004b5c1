"""What a request may take along when a server sends it elsewhere."""

from __future__ import annotations

import httpx

from app.outbound.answers import OutboundRefused

DEFAULT_PORTS = {"http": 80, "https": 443}
# Any other header may hold a credential of the server that was called first.
TRAVELLING = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)


def origin(url: httpx.URL) -> str:
    """`scheme://host:port`, the part of a URL that holds no secret."""
    return f"{url.scheme}://{url.host}:{url.port or DEFAULT_PORTS.get(url.scheme, '')}"


def check_url(url: httpx.URL) -> None:
    """Raises OutboundRefused unless the URL is http or https with a host, a valid port and no user."""
    if url.scheme not in DEFAULT_PORTS or not url.host:
        raise OutboundRefused("Only http and https URLs can be called.", f"the scheme is {url.scheme!r}")
    if url.port is not None and not 0 < url.port < 65_536:
        raise OutboundRefused("A URL to call has a port from 1 to 65535.", origin(url))
    if url.userinfo:
        raise OutboundRefused("A URL to call may not hold a user or a password.", origin(url))


def follow(request: httpx.Request, following: httpx.Request, trusted: bool) -> tuple[httpx.Request, bool]:
    """The request to send next and whether its host is still trusted.

    Another scheme, host or port gets neither the trust nor the headers of the caller, and never the
    body of a trusted request, since its secrets belong to the host that the definition names.
    """
    if origin(request.url) == origin(following.url):
        return following, trusted
    if trusted and _has_body(following):
        raise OutboundRefused(
            "The other server sends the request to another host.",
            f"{origin(request.url)} wants its body sent to {origin(following.url)}",
        )
    kept = [(name, value) for name, value in following.headers.raw if name.decode().lower() in TRAVELLING]
    following.headers = httpx.Headers(kept)
    return following, False


def _has_body(request: httpx.Request) -> bool:
    return bool(request.headers.get("content-length", "0") != "0")
