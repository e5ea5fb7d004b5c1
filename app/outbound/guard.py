"""The address guard: it looks a host up, checks what it got and connects to just that.

It sits where sockets are opened, so redirects, rebinding names and odd spellings all end here, and
the name itself is still what the Host header and the TLS handshake carry.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpcore

from app.outbound.addresses import Exemption, is_global, is_odd_number
from app.outbound.answers import OutboundRefused

ADDRESS_REFUSED = "The address of this URL may not be called."
ADDRESSES_TRIED = 4
SECONDS_PER_ADDRESS = 5.0

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host in the system's order of preference; raises OSError where there are none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Guard(httpcore.AsyncNetworkBackend):
    """Opens connections to allowed addresses only; raises OutboundRefused for others."""

    def __init__(
        self, allow: Sequence[Exemption], network: httpcore.AsyncNetworkBackend, resolve: Resolve = look_up
    ) -> None:
        self._allow = tuple(allow)
        self._network = network
        self._resolve = resolve

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._checked(host.lower(), port):
            try:
                return await self._network.connect_tcp(
                    str(address), port, SECONDS_PER_ADDRESS, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise OutboundRefused(ADDRESS_REFUSED, "unix sockets are never called")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Sequence[Address]:
        if is_odd_number(host):
            raise OutboundRefused(ADDRESS_REFUSED, f"{host} is an address in disguise")
        addresses = await self._addresses(host, port)
        if any(exemption.names(host, port) for exemption in self._allow):
            return addresses[:ADDRESSES_TRIED]
        return self._permitted(host, port, addresses)[:ADDRESSES_TRIED]

    async def _addresses(self, host: str, port: int) -> Sequence[Address]:
        try:
            return [ip_address(text) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} could not be looked up: {error}") from error

    def _permitted(self, host: str, port: int, addresses: Sequence[Address]) -> Sequence[Address]:
        exempt = [a for a in addresses if any(exemption.holds(a, port) for exemption in self._allow)]
        if exempt:
            return exempt
        # One inner address among public ones is how a rebinding name looks: refuse the whole answer.
        inner = [str(address) for address in addresses if not is_global(address)]
        if inner:
            raise OutboundRefused(ADDRESS_REFUSED, f"{host} resolves to {', '.join(inner)}")
        return addresses
