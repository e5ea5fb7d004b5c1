"""What every store does, wherever it keeps the bytes: whole files or none, and nothing left behind."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.assets import Asset
from app.errors import Conflict, NotFound, TooLarge
from tests.support.stores import ID, Kept, chunks, read

HOUR = timedelta(hours=1)
EVERYTHING = timedelta(days=-1)
"""An age that also what is new has."""
LARGE = 6_000_000
"""More bytes than an object store is sent at once."""


async def test_save_gives_what_the_bytes_are(kept: Kept) -> None:
    body = b"%PDF-1.7\n" + bytes(10_000)
    asset = await kept.store().save(chunks(body[:3], body[3:]), name="../a/Übersicht.png")
    assert asset == Asset(
        asset.id, "Übersicht.png", "application/pdf", len(body), hashlib.sha256(body).hexdigest()
    )
    assert kept.names() == [f"{asset.id[:2]}/{asset.id}"]


@pytest.mark.parametrize("parts", [(b"hello", b"", b" world"), (b"a",), (os.urandom(LARGE),), ()])
async def test_saved_bytes_come_back(kept: Kept, parts: tuple[bytes, ...]) -> None:
    store, body = kept.store(), b"".join(parts)
    asset = await store.save(chunks(*parts), name="a")
    assert asset.sha256 == hashlib.sha256(body).hexdigest()
    assert (asset.size, await store.stat(asset.id)) == (len(body), len(body))
    assert await read(store, asset.id) == body
    assert b"".join([part async for part in await store.open(asset.id, len(body))]) == body
    assert kept.names() == [f"{asset.id[:2]}/{asset.id}"]


async def test_asset_of_another_size_than_known_is_not_found(kept: Kept) -> None:
    store = kept.store()
    asset = await store.save(chunks(b"some"), name="a")
    with pytest.raises(NotFound):
        await store.open(asset.id, 5)


async def test_save_of_the_same_bytes_twice_is_two_assets(kept: Kept) -> None:
    store = kept.store()
    saved = await asyncio.gather(*(store.save(chunks(b"a"), name="a") for _ in range(10)))
    assert len({asset.id for asset in saved}) == len(kept.names()) == 10


@pytest.mark.parametrize("size", [1, LARGE])
async def test_save_under_a_promised_id(kept: Kept, size: int) -> None:
    store = kept.store()
    assert (await store.save(chunks(bytes(size)), name="a", id=ID)).id == ID
    assert await read(store, ID) == bytes(size)
    assert kept.names() == [f"{ID[:2]}/{ID}"]


@pytest.mark.parametrize("id", ["../../x", "0" * 31, "A" * 32, "0" * 32 + "\n", ""])
async def test_save_under_what_is_no_id_is_an_error(kept: Kept, id: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        await kept.store().save(chunks(b"a"), name="a", id=id)
    assert kept.names() == []


async def test_save_under_a_stored_id_is_a_conflict_that_changes_nothing(kept: Kept) -> None:
    store = kept.store()
    await store.save(chunks(b"first"), name="a", id=ID)
    with pytest.raises(Conflict):
        await store.save(chunks(b"second"), name="a", id=ID)
    assert await read(store, ID) == b"first"
    assert len(kept.names()) == 1


async def test_save_under_one_id_by_many_is_won_by_one(kept: Kept) -> None:
    stores = [kept.store(), kept.store()]
    saves = (stores[n % 2].save(chunks(b"%d" % n), name="a", id=ID) for n in range(10))
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    (winner,) = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Asset)]
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 9
    assert await read(stores[0], ID) == b"%d" % winner
    assert len(kept.names()) == 1


async def test_save_at_the_cap_is_kept(kept: Kept) -> None:
    assert (await kept.store(10).save(chunks(b"12345", b"67890"), name="a")).size == 10


@pytest.mark.parametrize("parts", [(b"12345", b"67890", b"1"), (bytes(1_000_000),)])
async def test_save_over_the_cap_is_refused_and_removed(kept: Kept, parts: tuple[bytes, ...]) -> None:
    with pytest.raises(TooLarge):
        await kept.store(10).save(chunks(*parts), name="a")
    assert kept.names() == []


@pytest.mark.parametrize("id", [None, ID])
async def test_large_save_over_the_cap_stops_reading_and_is_removed(kept: Kept, id: str | None) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(1_000_000)

    with pytest.raises(TooLarge):
        await kept.store(8_000_000).save(endless(), name="a", id=id)
    assert taken == 9
    assert kept.names() == []


@pytest.mark.parametrize("size", [1, LARGE])
async def test_save_whose_source_fails_leaves_nothing(kept: Kept, size: int) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield bytes(size)
        raise ConnectionError("gone")

    store = kept.store()
    with pytest.raises(ConnectionError, match="gone"):
        await store.save(failing(), name="a", id=ID)
    assert kept.names() == []
    await store.save(chunks(b"other"), name="a", id=ID)
    assert await read(store, ID) == b"other"


@pytest.mark.parametrize("size", [1, LARGE])
async def test_cancelled_save_leaves_nothing(kept: Kept, size: int) -> None:
    stalled = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield bytes(size)
        stalled.set()
        await asyncio.sleep(60)

    store = kept.store()
    task = asyncio.create_task(store.save(stalling(), name="a", id=ID))
    await stalled.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert kept.names() == []
    await store.save(chunks(b"other"), name="a", id=ID)
    assert await read(store, ID) == b"other"


@pytest.mark.parametrize(
    "id", ["0" * 32, "", "a", "../../etc/passwd", "0" * 31 + "/", "0" * 32 + "\n", "A" * 32]
)
async def test_unknown_id_is_no_file(kept: Kept, id: str) -> None:
    store = kept.store()
    await store.save(chunks(b"a"), name="a")
    assert await store.stat(id) is None
    for reading in (read(store, id), store.open(id, 1)):
        with pytest.raises(NotFound):
            await reading
    await store.delete(id)
    assert len(kept.names()) == 1


async def test_delete_removes_the_file(kept: Kept) -> None:
    store = kept.store()
    asset = await store.save(chunks(b"a"), name="a")
    await store.delete(asset.id)
    assert await store.stat(asset.id) is None
    assert kept.names() == []


async def test_sweep_removes_what_is_old_and_not_wanted(kept: Kept) -> None:
    store, asked = kept.store(), []
    wanted, unwanted = [await store.save(chunks(b"a"), name="a") for _ in range(2)]
    foreign = ["notes.txt", f"{wanted.id[:2]}/notes.txt", f"zz/{ID}"]
    for name in foreign:
        kept.write(name, b"")

    async def keep(id: str) -> bool:
        asked.append(id)
        return id == wanted.id

    assert await store.sweep(keep, HOUR) == 0
    assert asked == []
    assert await store.sweep(keep, EVERYTHING) == 1
    assert kept.names() == sorted([f"{wanted.id[:2]}/{wanted.id}", *foreign])
    assert sorted(asked) == sorted([wanted.id, unwanted.id])


async def test_sweep_of_nothing_removes_nothing(kept: Kept) -> None:
    async def keep(id: str) -> bool:
        return False

    assert await kept.store().sweep(keep, EVERYTHING) == 0


async def test_store_that_can_be_used_passes_its_check_and_is_left_as_it_was(kept: Kept) -> None:
    await kept.store().check()
    assert await kept.store().answers()
    assert kept.names() == []
