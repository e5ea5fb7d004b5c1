"""The folder store: whole files or none, and nothing left behind."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiofiles.threadpool
import pytest

from app.assets import Asset, LocalStore
from app.errors import Conflict, NotFound, TooLarge

ID = "0123456789abcdef0123456789abcdef"
HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "assets"


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(0)
        yield part


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def read(store: LocalStore, id: str, chunk: int = 65_536) -> list[bytes]:
    return [part async for part in store.stream(id, chunk)]


def age(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


async def test_save_gives_what_the_bytes_are(folder: Path) -> None:
    body = b"%PDF-1.7\n" + bytes(10_000)
    asset = await LocalStore(folder).save(chunks(body[:3], body[3:]), name="../a/Übersicht.png")
    assert asset == Asset(
        asset.id, "Übersicht.png", "application/pdf", len(body), hashlib.sha256(body).hexdigest()
    )
    assert files(folder) == [folder / asset.id[:2] / asset.id]


async def test_saved_bytes_come_back_in_chunks(folder: Path) -> None:
    store = LocalStore(folder)
    asset = await store.save(chunks(b"hello", b"", b" world"), name="a")
    assert await read(store, asset.id, 4) == [b"hell", b"o wo", b"rld"]
    assert await store.stat(asset.id) == 11
    assert asset.content_type == "text/plain"


async def test_save_of_nothing_is_an_empty_file(folder: Path) -> None:
    store = LocalStore(folder)
    asset = await store.save(chunks(), name="a")
    assert (asset.size, await store.stat(asset.id), await read(store, asset.id)) == (0, 0, [])


async def test_save_of_one_large_chunk_is_whole(folder: Path) -> None:
    body = os.urandom(3_000_001)
    store = LocalStore(folder)
    asset = await store.save(chunks(body), name="a")
    assert b"".join(await read(store, asset.id)) == body
    assert asset.sha256 == hashlib.sha256(body).hexdigest()


async def test_saved_file_is_for_its_owner_only(folder: Path) -> None:
    asset = await LocalStore(folder).save(chunks(b"a"), name="a")
    path = folder / asset.id[:2] / asset.id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_save_of_the_same_bytes_twice_is_two_assets(folder: Path) -> None:
    store = LocalStore(folder)
    saved = await asyncio.gather(*(store.save(chunks(b"a"), name="a") for _ in range(20)))
    assert len({asset.id for asset in saved}) == len(files(folder)) == 20


async def test_save_under_a_promised_id(folder: Path) -> None:
    store = LocalStore(folder)
    assert (await store.save(chunks(b"a"), name="a", id=ID)).id == ID
    assert await read(store, ID) == [b"a"]


@pytest.mark.parametrize("id", ["../../x", "0" * 31, "A" * 32, "0" * 32 + "\n"])
async def test_save_under_what_is_no_id_is_an_error(folder: Path, id: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        await LocalStore(folder).save(chunks(b"a"), name="a", id=id)
    assert files(folder) == []


async def test_save_under_a_stored_id_is_a_conflict_that_changes_nothing(folder: Path) -> None:
    store = LocalStore(folder)
    await store.save(chunks(b"first"), name="a", id=ID)
    with pytest.raises(Conflict):
        await store.save(chunks(b"second"), name="a", id=ID)
    assert await read(store, ID) == [b"first"]
    assert len(files(folder)) == 1


async def test_save_under_one_id_by_many_is_won_by_one(folder: Path) -> None:
    store = LocalStore(folder)
    saves = (store.save(chunks(b"%d" % n), name="a", id=ID) for n in range(20))
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    (winner,) = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Asset)]
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 19
    assert await read(store, ID) == [b"%d" % winner]
    assert len(files(folder)) == 1


async def test_save_at_the_cap_is_kept(folder: Path) -> None:
    assert (await LocalStore(folder, max_bytes=10).save(chunks(b"12345", b"67890"), name="a")).size == 10


@pytest.mark.parametrize("parts", [(b"12345", b"67890", b"1"), (bytes(1_000_000),)])
async def test_save_over_the_cap_is_refused_and_removed(folder: Path, parts: tuple[bytes, ...]) -> None:
    with pytest.raises(TooLarge):
        await LocalStore(folder, max_bytes=10).save(chunks(*parts), name="a")
    assert files(folder) == []


async def test_save_over_the_cap_stops_reading(folder: Path) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"12345"

    with pytest.raises(TooLarge):
        await LocalStore(folder, max_bytes=10).save(endless(), name="a")
    assert read == 3


async def test_save_whose_source_fails_leaves_nothing(folder: Path) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"some"
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        await LocalStore(folder).save(failing(), name="a")
    assert files(folder) == []


@pytest.mark.parametrize("call", ["fsync", "rename"])
async def test_save_whose_disk_fails_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="full"):
        await LocalStore(folder).save(chunks(b"some"), name="a")
    assert files(folder) == []


async def test_save_syncs_the_file_then_its_folders(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    asset = await LocalStore(folder).save(chunks(b"some"), name="a")
    place = folder / asset.id[:2]
    assert synced == [path.stat().st_ino for path in (place / asset.id, place, folder)]


async def test_save_whose_folder_cannot_be_synced_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, sync = [], os.fsync

    def fail_at_the_second(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        if len(synced) == 2:
            raise OSError(5, "broken")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_at_the_second)
    with pytest.raises(OSError, match="broken"):
        await LocalStore(folder).save(chunks(b"some"), name="a")
    assert synced == [False, True]
    assert files(folder) == []


async def test_cancelled_save_leaves_nothing(folder: Path) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield b"some"
        await asyncio.sleep(60)

    task = asyncio.create_task(LocalStore(folder).save(stalled(), name="a"))
    while not files(folder):
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files(folder) == []


@pytest.mark.parametrize(
    ("owner", "name"),
    [(os, "open"), (aiofiles.threadpool, "sync_open"), (os, "fsync"), (Path, "rename")],
)
async def test_save_cancelled_while_a_thread_works_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    loop, reached = asyncio.get_running_loop(), asyncio.Event()
    original = getattr(owner, name)

    def slow(*values: object, **options: object) -> object:
        loop.call_soon_threadsafe(reached.set)
        time.sleep(0.05)
        return original(*values, **options)

    monkeypatch.setattr(owner, name, slow)
    store = LocalStore(folder)
    task = asyncio.create_task(store.save(chunks(b"some"), name="a", id=ID))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert files(folder) == []
    await store.save(chunks(b"other"), name="a", id=ID)
    assert await read(store, ID) == [b"other"]


UNKNOWN = ["0" * 32, "", "a", "../../etc/passwd", "0" * 31 + "/", "0" * 32 + "\n", "A" * 32]


@pytest.mark.parametrize("id", UNKNOWN)
async def test_unknown_id_is_no_file(folder: Path, id: str) -> None:
    store = LocalStore(folder)
    await store.save(chunks(b"a"), name="a")
    assert await store.stat(id) is None
    with pytest.raises(NotFound):
        await read(store, id)
    await store.delete(id)
    assert len(files(folder)) == 1


async def test_temporary_file_is_no_asset(folder: Path) -> None:
    store = LocalStore(folder)
    await store.save(chunks(b"a"), name="a")
    (folder / "temporary" / ("0" * 32)).write_bytes(b"half")
    assert await store.stat("0" * 32) is None


async def test_delete_removes_the_file(folder: Path) -> None:
    store = LocalStore(folder)
    asset = await store.save(chunks(b"a"), name="a")
    await store.delete(asset.id)
    assert await store.stat(asset.id) is None
    assert files(folder) == []


async def test_sweep_removes_what_is_old_and_not_wanted(folder: Path) -> None:
    store = LocalStore(folder)
    wanted, unwanted, fresh = [await store.save(chunks(b"a"), name="a") for _ in range(3)]
    stale, writing = folder / "temporary" / ("a" * 32), folder / "temporary" / ("b" * 32)
    foreign = [folder / "notes.txt", folder / wanted.id[:2] / "notes.txt"]
    for path in (stale, writing, *foreign):
        path.write_bytes(b"")
    for path in (*(folder / asset.id[:2] / asset.id for asset in (wanted, unwanted)), stale, *foreign):
        age(path, hours=2)
    asked = []

    async def keep(id: str) -> bool:
        asked.append(id)
        return id == wanted.id

    assert await store.sweep(keep, HOUR) == 2
    kept = [folder / asset.id[:2] / asset.id for asset in (wanted, fresh)]
    assert files(folder) == sorted([*kept, writing, *foreign])
    assert sorted(asked) == sorted([wanted.id, unwanted.id])


async def test_sweep_of_no_folder_removes_nothing(folder: Path) -> None:
    async def keep(id: str) -> bool:
        return False

    assert await LocalStore(folder).sweep(keep, HOUR) == 0
