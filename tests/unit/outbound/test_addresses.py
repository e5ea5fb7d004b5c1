"""Which addresses are global, which hosts are addresses in disguise, what the setting may hold."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from app.outbound.addresses import is_global, is_odd_number, parse_exemption, parse_exemptions

INNER = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.1.2.3
168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1
192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808
64:ff9b:1::7f00:1 64:ff9b:1:abcd::808:808 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1
fd00:ec2::254 fe80::1 fe80::1%1 fec0::1 ff02::1 ff0e::1
"""

GLOBAL = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 128.0.0.1 172.15.255.255 172.32.0.0
192.0.1.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450:4001::1 3ffe::1
"""


@pytest.mark.parametrize("text", INNER.split())
def test_address_that_is_not_global(text: str) -> None:
    assert not is_global(ip_address(text))


@pytest.mark.parametrize("text", GLOBAL.split())
def test_address_that_is_global(text: str) -> None:
    assert is_global(ip_address(text))


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0X7F000001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "127.0.0.0x1",
        "0",
        "0x",
        "1.2.3.4.5",
        "example.1",
        "256.0.0.1",
    ],
)
def test_odd_number_is_seen(host: str) -> None:
    assert is_odd_number(host)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "8.8.8.8", "::1", "fe80::1", "example.com", "example.com.", "1.example", "a1", "0xg"],
)
def test_ordinary_host_is_no_odd_number(host: str) -> None:
    assert not is_odd_number(host)


@pytest.mark.parametrize(
    ("text", "address", "port", "held"),
    [
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1", "127.0.0.1", 9000, True),
        ("127.0.0.1", "127.0.0.2", 80, False),
        ("127.0.0.1", "::1", 80, False),
        ("127.0.0.1", "::ffff:127.0.0.1", 80, False),
        ("127.0.0.1:80", "127.0.0.1", 80, True),
        ("127.0.0.1:80", "127.0.0.1", 81, False),
        ("10.0.0.0/8", "10.200.3.4", 443, True),
        ("10.0.0.0/8", "11.0.0.0", 443, False),
        ("10.0.0.7/8", "10.200.3.4", 443, True),
        ("::1", "::1", 80, True),
        ("[::1]", "::1", 80, True),
        ("[::1]:8080", "::1", 8080, True),
        ("[::1]:8080", "::1", 8081, False),
        ("fd00::/8", "fd00:ec2::254", 80, True),
        ("localhost", "127.0.0.1", 80, False),
    ],
)
def test_exemption_for_an_address(text: str, address: str, port: int, held: bool) -> None:
    assert parse_exemption(text).holds(ip_address(address), port) is held


@pytest.mark.parametrize(
    ("text", "host", "port", "named"),
    [
        ("intranet.example", "intranet.example", 80, True),
        ("Intranet.Example", "intranet.example", 80, True),
        ("intranet.example", "intranet.example.", 80, True),
        ("intranet.example.", "intranet.example", 80, True),
        ("intranet.example", "a.intranet.example", 80, False),
        ("intranet.example:80", "intranet.example", 80, True),
        ("intranet.example:80", "intranet.example", 443, False),
        ("münchen.example", "xn--mnchen-3ya.example", 80, True),
        ("127.0.0.1", "127.0.0.1", 80, False),
        ("127.0.0.1", "", 80, False),
    ],
)
def test_exemption_for_a_name(text: str, host: str, port: int, named: bool) -> None:
    assert parse_exemption(text).names(host, port) is named


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://a",
        "a b",
        "a/b",
        "10.0.0.0/33",
        "10.0.0.0/8:80",
        "a:99999",
        "a:0",
        "u@a",
        "127.1",
        "a?b",
        "*",
        "a#b",
    ],
)
def test_exemption_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="is no address, network or host"):
        parse_exemption(text)


def test_exemptions_may_have_spaces_around() -> None:
    assert parse_exemptions([" 127.0.0.1 "]) == (parse_exemption("127.0.0.1"),)
