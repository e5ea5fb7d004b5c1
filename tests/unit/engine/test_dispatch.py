"""The dispatcher of one process: how many at once, each run once at a time, and what happens at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from app.engine.dispatch import Drive, InProcess


async def _nothing() -> None:
    pass


@asynccontextmanager
async def serving(dispatcher: InProcess, drive: Drive) -> AsyncIterator[None]:
    task = asyncio.create_task(dispatcher.serve(drive, _nothing))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        await dispatcher.stop(0.0)
        await task


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


async def test_no_more_runs_are_driven_at_once_than_it_is_told() -> None:
    driven, most, now = list[str](), 0, 0

    async def drive(run: str) -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        driven.append(run)

    dispatcher = InProcess(at_once=3)
    async with serving(dispatcher, drive):
        for number in range(10):
            dispatcher.notify(str(number))
        assert not dispatcher.has_room
        await until(lambda: len(driven) == 10)
        assert dispatcher.has_room
    assert (most, sorted(driven)) == (3, [str(number) for number in range(10)])
    assert not dispatcher.has_room


async def test_run_told_of_while_it_is_driven_is_driven_once_more_afterwards() -> None:
    driven, go_on = list[str](), asyncio.Event()

    async def drive(run: str) -> None:
        driven.append(run)
        await go_on.wait()

    dispatcher = InProcess()
    async with serving(dispatcher, drive):
        for _ in range(3):
            dispatcher.notify("a")
            await asyncio.sleep(0)
        await until(lambda: driven == ["a"])
        go_on.set()
        await until(lambda: driven == ["a", "a"])
        await asyncio.sleep(0.02)
    assert driven == ["a", "a"]


async def test_run_of_a_later_time_waits_for_it() -> None:
    driven = list[str]()

    async def drive(run: str) -> None:
        driven.append(run)

    dispatcher = InProcess()
    async with serving(dispatcher, drive):
        now = datetime.now(UTC)
        dispatcher.notify("tomorrow", now + timedelta(days=1))
        dispatcher.notify("soon", now + timedelta(seconds=0.05))
        await asyncio.sleep(0.01)
        assert driven == []
        await until(lambda: driven == ["soon"])


async def test_run_that_fails_leaves_its_room_to_others() -> None:
    driven = list[str]()

    async def drive(run: str) -> None:
        driven.append(run)
        raise ValueError(run)

    dispatcher = InProcess(at_once=1)
    async with serving(dispatcher, drive):
        dispatcher.notify("a")
        dispatcher.notify("b")
        await until(lambda: driven == ["a", "b"])


async def test_sweep_that_fails_is_made_again() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        ticks += 1
        raise ValueError

    async def drive(run: str) -> None:
        raise AssertionError

    dispatcher = InProcess(every=0.01)
    task = asyncio.create_task(dispatcher.serve(drive, tick))
    await until(lambda: ticks > 2)
    await dispatcher.stop(0.0)
    await task


async def test_stop_lets_runs_end_within_their_grace_and_cancels_the_others() -> None:
    ended = list[str]()

    async def drive(run: str) -> None:
        try:
            await asyncio.sleep(float(run))
            ended.append(run)
        except asyncio.CancelledError:
            ended.append(f"{run} cancelled")
            raise

    dispatcher = InProcess()
    task = asyncio.create_task(dispatcher.serve(drive, _nothing))
    await asyncio.sleep(0)
    dispatcher.notify("0.05")
    dispatcher.notify("60")
    await asyncio.sleep(0.01)
    await dispatcher.stop(0.2)
    await task
    dispatcher.notify("0")
    await asyncio.sleep(0.01)
    assert ended == ["0.05", "60 cancelled"]
