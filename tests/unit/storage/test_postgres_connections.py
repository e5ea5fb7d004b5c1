"""Connections as they are taken, given back, lost and closed; what is connected to is no server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from app.errors import Overloaded
from app.storage import postgres_connections
from app.storage.postgres_connections import Connections


class Connection:
    """Stands for one of asyncpg's."""

    def __init__(self) -> None:
        self.closed = self.within = False

    def is_closed(self) -> bool:
        return self.closed

    def is_in_transaction(self) -> bool:
        return self.within

    async def close(self, timeout: float | None = None) -> None:
        self.closed = True


class Server:
    """Makes connections, or fails to."""

    def __init__(self) -> None:
        self.made: list[Connection] = []
        self.failing: Exception | None = None

    async def connect(self) -> Connection:
        await asyncio.sleep(0)
        if self.failing is not None:
            raise self.failing
        self.made.append(Connection())
        return self.made[-1]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def connections(server: Server) -> AsyncIterator[Connections]:
    made = Connections(server.connect, 2, 0.05)
    yield made
    await asyncio.wait_for(made.close(), 1)
    assert (made.open, made.idle) == (0, 0) and all(one.closed for one in server.made)


async def hold(connections: Connections, until: asyncio.Event) -> Connection:
    async with connections.one() as connection:
        await until.wait()
        found: Connection = connection
        return found


async def test_connection_that_is_given_back_is_taken_again(connections: Connections, server: Server) -> None:
    for _ in range(3):
        async with connections.one() as connection:
            assert (connections.open, connections.idle) == (1, 0)
        assert (connections.open, connections.idle) == (1, 1)
        assert connection is server.made[0]


async def test_connections_are_never_more_than_so_many(connections: Connections, server: Server) -> None:
    until = asyncio.Event()
    held = [asyncio.create_task(hold(connections, until)) for _ in range(6)]
    await asyncio.sleep(0.01)
    assert connections.open == 2
    until.set()
    assert set(await asyncio.gather(*held)) == set(server.made) and len(server.made) == 2


async def test_connection_goes_to_who_has_waited_longest(connections: Connections) -> None:
    until, served = asyncio.Event(), []

    async def wait(place: int) -> None:
        async with connections.one():
            served.append(place)
            await asyncio.sleep(0)

    held = [asyncio.create_task(hold(connections, until)) for _ in range(2)]
    await asyncio.sleep(0.01)
    waiting = [asyncio.create_task(wait(place)) for place in range(4)]
    await asyncio.sleep(0)
    waiting.pop(1).cancel()
    until.set()
    await asyncio.gather(*held, *waiting)
    assert served == [0, 2, 3]


async def test_wait_for_a_connection_ends(connections: Connections) -> None:
    until = asyncio.Event()
    held = [asyncio.create_task(hold(connections, until)) for _ in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(Overloaded, match="became free"):
        await hold(connections, until)
    until.set()
    await asyncio.gather(*held)
    assert connections.idle == 2


@pytest.mark.parametrize("idle", [True, False])
async def test_connection_that_was_lost_makes_room(
    connections: Connections, server: Server, idle: bool
) -> None:
    until = asyncio.Event()
    held = [asyncio.create_task(hold(connections, until)) for _ in range(2)]
    await asyncio.sleep(0.01)
    waiting = None if idle else asyncio.create_task(hold(connections, until))
    await asyncio.sleep(0)
    if not idle:
        server.made[0].closed = True
    until.set()
    await asyncio.gather(*held)
    server.made[0].closed = True
    assert not (await (waiting or hold(connections, until))).closed
    assert connections.open <= 2


def cancelled(task: asyncio.Task[Connection], connection: Connection) -> None:
    task.cancel()


def within(task: asyncio.Task[Connection], connection: Connection) -> None:
    connection.within = True


@pytest.mark.parametrize("leave", [cancelled, within])
async def test_connection_of_which_nobody_knows_how_it_was_left_is_closed(
    connections: Connections, server: Server, leave: Callable[[asyncio.Task[Connection], Connection], None]
) -> None:
    until = asyncio.Event()
    held = asyncio.create_task(hold(connections, until))
    await asyncio.sleep(0.01)
    leave(held, server.made[0])
    until.set()
    await asyncio.wait([held])
    assert (connections.open, connections.idle) == (0, 0)
    assert await hold(connections, until) is not server.made[0]
    assert server.made[0].closed


async def test_connection_survives_an_error_of_its_use(connections: Connections) -> None:
    with pytest.raises(KeyError):
        async with connections.one():
            raise KeyError
    assert connections.idle == 1


async def test_connection_that_nobody_wants_for_long_is_closed(
    connections: Connections, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connections, "_IDLE_SECONDS", 0.05)
    until = asyncio.Event()
    held = [asyncio.create_task(hold(connections, until)) for _ in range(2)]
    await asyncio.sleep(0.01)
    until.set()
    await asyncio.gather(*held)
    for _ in range(8):
        await asyncio.sleep(0.01)
        await hold(connections, until)
    assert sorted(one.closed for one in server.made) == [False, True]
    await asyncio.sleep(0.08)
    assert connections.open == 0 and all(one.closed for one in server.made)


async def test_server_that_refuses_is_overload_and_takes_no_room(
    connections: Connections, server: Server
) -> None:
    server.failing = OSError("refused")
    until = asyncio.Event()
    until.set()
    for _ in range(5):
        with pytest.raises(Overloaded, match="can't be reached"):
            await hold(connections, until)
    server.failing = None
    assert await hold(connections, until) is server.made[0]


async def test_close_waits_for_what_is_in_use(connections: Connections, server: Server) -> None:
    until = asyncio.Event()
    held = asyncio.create_task(hold(connections, until))
    await asyncio.sleep(0.01)
    closing = asyncio.create_task(connections.close())
    await asyncio.sleep(0.01)
    assert not closing.done() and not server.made[0].closed
    with pytest.raises(Overloaded, match="stopping"):
        await hold(connections, until)
    until.set()
    await asyncio.gather(held, closing)
    assert server.made[0].closed
