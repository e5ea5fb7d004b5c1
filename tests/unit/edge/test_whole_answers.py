"""How answers leave the server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from app.edge.whole_answers import HeadsWithBodies

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Sent(asyncio.Transport):
    """A transport that keeps what it is to send, packet by packet."""

    def __init__(self) -> None:
        super().__init__({"peername": "a client"})
        self.packets: list[bytes] = []
        self.closed_after: int | None = None

    def write(self, data: Any) -> None:
        self.packets.append(bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        self.packets.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed_after = len(self.packets)


@pytest.fixture
def sent() -> Sent:
    return Sent()


async def test_head_and_body_are_one_packet(sent: Sent) -> None:
    transport = HeadsWithBodies(sent, asyncio.get_running_loop())
    for _ in range(2):
        transport.write(HEAD)
        transport.write(b"ok")
    await asyncio.sleep(0)
    assert sent.packets == [HEAD + b"ok"] * 2


async def test_head_whose_body_is_still_to_come_is_sent_at_once(sent: Sent) -> None:
    transport = HeadsWithBodies(sent, asyncio.get_running_loop())
    transport.write(HEAD)
    await asyncio.sleep(0)
    assert sent.packets == [HEAD]
    transport.write(b"o")
    transport.write(b"k")
    assert sent.packets == [HEAD, b"o", b"k"]


async def test_closed_connection_has_sent_the_head(sent: Sent) -> None:
    transport = HeadsWithBodies(sent, asyncio.get_running_loop())
    transport.write(HEAD)
    transport.close()
    await asyncio.sleep(0)
    assert sent.packets == [HEAD]
    assert sent.closed_after == 1


async def test_what_else_is_asked_of_the_transport_it_is_asked(sent: Sent) -> None:
    transport = HeadsWithBodies(sent, asyncio.get_running_loop())
    assert transport.get_extra_info("peername") == "a client"
