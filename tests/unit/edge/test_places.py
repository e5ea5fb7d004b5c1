"""The places of requests in flight: left while a request waits, taken again before it goes on."""

from __future__ import annotations

import asyncio

import pytest

from app.edge import places
from app.edge.places import Place, Places


async def placed(all_: Places) -> Place:
    place = Place(all_)
    all_.here += 1
    await place.take()
    return place


async def test_place_is_for_others_while_a_request_waits() -> None:
    all_ = Places(1, 0)
    first = await placed(all_)
    assert all_.full
    async with first.left() as there_is_room:
        assert there_is_room
        assert not all_.full
        second = await placed(all_)
        second.free()
        all_.here -= 1
    assert all_.full
    assert all_.slots.locked()


async def test_request_goes_on_when_a_place_is_free() -> None:
    all_ = Places(1, 1)
    first = await placed(all_)
    waited = asyncio.Event()

    async def wait() -> None:
        async with first.left():
            await waited.wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    second = await placed(all_)
    waited.set()
    await asyncio.sleep(0.01)
    assert not waiting.done()
    second.free()
    await asyncio.wait_for(waiting, 5)


async def test_request_that_waits_for_two_things_leaves_one_place() -> None:
    all_ = Places(2, 0)
    place = await placed(all_)
    async with place.left():
        async with place.left():
            assert (all_.here, all_.waiting) == (0, 2)
        assert (all_.here, all_.waiting) == (0, 1)
    place.free()
    assert (all_.here, all_.waiting) == (1, 0)
    await asyncio.wait_for(placed(all_), 1)
    await asyncio.wait_for(placed(all_), 1)
    assert all_.slots.locked()


async def test_request_keeps_its_place_where_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST_WAITING", 0)
    all_ = Places(1, 0)
    place = await placed(all_)
    async with place.left() as there_is_room:
        assert not there_is_room
        assert all_.full


async def test_request_that_is_given_up_while_it_waits_gives_no_place_back_twice() -> None:
    all_ = Places(1, 1)
    first = await placed(all_)

    async def request() -> None:
        try:
            async with first.left():
                await asyncio.sleep(0)
        finally:
            first.free()

    waiting = asyncio.create_task(request())
    await asyncio.sleep(0)
    second = await placed(all_)
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert all_.slots.locked()
    second.free()
    assert not all_.slots.locked()
