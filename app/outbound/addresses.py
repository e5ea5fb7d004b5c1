"""Which addresses and hosts may be called: global unicast, and what the operator allows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

# From the IANA special-purpose address registries. The standard library's own `is_global` differs from one
# patch release to the next, takes multicast, 6to4 and NAT64 for global, and so can't be the judge.
INNER_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's inner service behind an address that looks public
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# All global unicast IPv6 is in here; mapped, NAT64, unique local, link-local and multicast addresses are not.
GLOBAL_V6 = IPv6Network("2000::/3")
INNER_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",
    )
)

NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)
NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


def is_global(address: IPv4Address | IPv6Address) -> bool:
    """True for a global unicast address that is no way into another network."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in INNER_V4)
    return address in GLOBAL_V6 and not any(address in block for block in INNER_V6)


def is_odd_number(host: str) -> bool:
    """True for a host that resolvers read as an IPv4 address but that is not written as one (`127.1`).

    A host whose last label is a number is an address (WHATWG URL, "ends in a number checker").
    """
    last = host.removesuffix(".").rpartition(".")[2]
    if not NUMBER.fullmatch(last):
        return False
    try:
        return str(IPv4Address(host)) != host
    except ValueError:
        return True


@dataclass(frozen=True, slots=True)
class Exemption:
    """A network or a host name, with one port or all, that the operator lets through."""

    network: IPv4Network | IPv6Network | None = None
    name: str = ""
    port: int | None = None

    def names(self, host: str, port: int) -> bool:
        """True where this exemption is for the host by its name."""
        return bool(self.name) and host.removesuffix(".") == self.name and self.port in (None, port)

    def holds(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        """True where this exemption is for the address."""
        return self.network is not None and address in self.network and self.port in (None, port)


def parse_exemption(text: str) -> Exemption:
    """An entry of the setting: address, network, `address:port`, `[address]:port`, `host` or `host:port`.

    A name is allowed whatever it resolves to. Raises ValueError for anything else.
    """
    try:
        return Exemption(network=ip_network(text, strict=False))
    except ValueError:
        host, port = _host_and_port(text)
    try:
        return Exemption(network=ip_network(ip_address(host)), port=port)
    except ValueError:
        if not NAME.fullmatch(host) or is_odd_number(host):
            raise ValueError(f"{text!r} is no address, network or host[:port]") from None
        return Exemption(name=host, port=port)


def parse_exemptions(texts: Sequence[str]) -> tuple[Exemption, ...]:
    """All entries of the setting; raises ValueError naming the first that is wrong."""
    return tuple(parse_exemption(text.strip()) for text in texts)


def _host_and_port(text: str) -> tuple[str, int | None]:
    # Large, and few settings need it.
    import httpx

    try:
        url = httpx.URL(f"//{text}")
    except httpx.InvalidURL as error:
        raise ValueError(f"{text!r} is no address, network or host[:port]") from error
    surplus = url.userinfo or url.raw_path != b"/" or url.fragment
    if surplus or (url.port is not None and not 0 < url.port < 65_536):
        raise ValueError(f"{text!r} is no address, network or host[:port]")
    return url.raw_host.decode("ascii").removesuffix("."), url.port
