"""What the guard connects to, told by a network that only remembers."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import httpcore
import pytest

from app.outbound.addresses import parse_exemptions
from app.outbound.answers import OutboundRefused
from app.outbound.guard import ADDRESS_REFUSED, Guard, look_up
from tests.unit.outbound.servers import OTHER_PUBLIC, PUBLIC, Lookups, Network


async def connected(guard: Guard, network: Network, host: str, port: int = 80) -> list[tuple[str, int]]:
    """Which addresses the guard goes for; the network lets none answer."""
    with pytest.raises(httpcore.ConnectError, match="no route"):
        await guard.connect_tcp(host, port)
    return network.connected


async def test_name_with_public_addresses_is_called_by_address() -> None:
    network = Network()
    guard = Guard((), network, Lookups([[PUBLIC, OTHER_PUBLIC]]))
    assert await connected(guard, network, "example.com", 8443) == [(PUBLIC, 8443), (OTHER_PUBLIC, 8443)]


async def test_name_is_looked_up_once_for_a_connection() -> None:
    network, lookups = Network(), Lookups([[PUBLIC], ["127.0.0.1"]])
    assert await connected(Guard((), network, lookups), network, "example.com") == [(PUBLIC, 80)]
    assert lookups.asked == ["example.com"]


@pytest.mark.parametrize("allow", [[], ["example.com"], ["8.8.0.0/16"]])
async def test_name_with_many_addresses_is_tried_at_four(allow: list[str]) -> None:
    network = Network()
    guard = Guard(parse_exemptions(allow), network, Lookups([[f"8.8.8.{n}" for n in range(100)]]))
    assert len(await connected(guard, network, "example.com")) == 4


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC, OTHER_PUBLIC, "::ffff:10.0.0.1"],
        ["169.254.169.254"],
        ["64:ff9b::a9fe:a9fe"],
        ["fe80::1%lo"],
        ["::1", "127.0.0.1"],
    ],
)
async def test_name_with_an_inner_address_is_refused_unconnected(addresses: list[str]) -> None:
    network = Network()
    with pytest.raises(OutboundRefused) as refusal:
        await Guard((), network, Lookups([addresses])).connect_tcp("example.com", 80)
    assert network.connected == []
    assert refusal.value.message == ADDRESS_REFUSED
    assert not any(address in refusal.value.message for address in addresses)
    assert "example.com" in refusal.value.reason


INNER_HOSTS = """
    localhost LOCALHOST 127.0.0.1 127.0.0.1. 127.1 127.0.1 2130706433 017700000001 0x7f000001
    0177.0.0.1 0x7f.0.0.1 0 0.0.0.0 ::1 :: ::ffff:127.0.0.1 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::127.0.0.1
    2002:7f00:1:: fe80::1 169.254.169.254 2852039166 100.64.0.1 192.168.0.1 255.255.255.255
"""


@pytest.mark.parametrize("host", INNER_HOSTS.split())
async def test_inner_host_is_refused_by_the_systems_resolver(host: str) -> None:
    network = Network()
    with pytest.raises(OutboundRefused):
        await Guard((), network).connect_tcp(host, 80)
    assert network.connected == []


@pytest.mark.parametrize("host", ["134744072", "0x08080808", "8.8.2056", "8.8.8.8."])
async def test_public_address_in_disguise_is_refused(host: str) -> None:
    network = Network()
    with pytest.raises(OutboundRefused):
        await Guard((), network, Lookups([["8.8.8.8"]])).connect_tcp(host, 80)
    assert network.connected == []


@pytest.mark.parametrize(
    ("allow", "host", "addresses", "called"),
    [
        (["127.0.0.1"], "127.0.0.1", ["127.0.0.1"], ["127.0.0.1"]),
        (["127.0.0.1"], "localhost", ["::1", "127.0.0.1"], ["127.0.0.1"]),
        (["127.0.0.1:80"], "localhost", ["127.0.0.1"], ["127.0.0.1"]),
        (["10.0.0.0/8"], "inner.example", ["10.1.2.3"], ["10.1.2.3"]),
        (["inner.example"], "inner.example", ["10.1.2.3"], ["10.1.2.3"]),
        (["inner.example"], "Inner.Example.", ["10.1.2.3"], ["10.1.2.3"]),
        (["inner.example"], "inner.example", [PUBLIC, "::1"], [PUBLIC, "::1"]),
        (["10.0.0.0/8"], "example.com", [PUBLIC], [PUBLIC]),
    ],
)
async def test_allowed_host_is_called(
    allow: list[str], host: str, addresses: list[str], called: list[str]
) -> None:
    network = Network()
    guard = Guard(parse_exemptions(allow), network, Lookups([addresses]))
    assert await connected(guard, network, host) == [(address, 80) for address in called]


@pytest.mark.parametrize(
    ("allow", "host", "addresses"),
    [
        (["127.0.0.1:81"], "localhost", ["127.0.0.1"]),
        (["127.0.0.1"], "127.1", ["127.0.0.1"]),
        (["inner.example:81"], "inner.example", ["10.1.2.3"]),
        (["inner.example"], "a.inner.example", ["10.1.2.3"]),
        (["10.0.0.0/8"], "inner.example", ["192.168.0.1"]),
        (["127.0.0.1"], "inner.example", ["::ffff:127.0.0.1"]),
    ],
)
async def test_what_is_not_allowed_stays_refused(allow: list[str], host: str, addresses: list[str]) -> None:
    network = Network()
    guard = Guard(parse_exemptions(allow), network, Lookups([addresses]))
    with pytest.raises(OutboundRefused):
        await guard.connect_tcp(host, 80)
    assert network.connected == []


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
async def test_name_that_cannot_be_looked_up_cannot_be_connected(failure: Exception) -> None:
    async def fail(host: str, port: int) -> Sequence[str]:
        raise failure

    with pytest.raises(httpcore.ConnectError, match="could not be looked up"):
        await Guard((), Network(), fail).connect_tcp("example.com", 80)


async def test_name_without_addresses_cannot_be_connected() -> None:
    with pytest.raises(httpcore.ConnectError, match="has no address"):
        await Guard((), Network(), Lookups([[]])).connect_tcp("example.com", 80)


async def test_unix_socket_is_refused() -> None:
    with pytest.raises(OutboundRefused):
        await Guard((), Network()).connect_unix_socket("/run/docker.sock")


async def test_look_up_of_a_literal_is_itself() -> None:
    assert await look_up("127.0.0.1", 80) == ["127.0.0.1"]
