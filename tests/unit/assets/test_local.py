"""What is the folder store's alone: modes, what reaches the disk, threads, its own temporary files."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from datetime import timedelta
from pathlib import Path

import aiofiles.threadpool
import pytest

from app.assets import LocalStore
from app.settings import SettingsError
from tests.support.stores import ID, chunks, read

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "assets"


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def age(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


async def test_saved_bytes_come_back_in_chunks(folder: Path) -> None:
    store = LocalStore(folder)
    asset = await store.save(chunks(b"hello", b"", b" world"), name="a")
    assert [part async for part in store.stream(asset.id, 4)] == [b"hell", b"o wo", b"rld"]


async def test_saved_file_is_for_its_owner_only(folder: Path) -> None:
    asset = await LocalStore(folder).save(chunks(b"a"), name="a")
    path = folder / asset.id[:2] / asset.id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


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
    assert await read(store, ID) == b"other"


async def test_temporary_file_is_no_asset(folder: Path) -> None:
    store = LocalStore(folder)
    await store.save(chunks(b"a"), name="a")
    (folder / "temporary" / ("0" * 32)).write_bytes(b"half")
    assert await store.stat("0" * 32) is None


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


async def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    for folder in (file, file / "assets"):
        store = LocalStore(folder)
        assert not await store.answers()
        with pytest.raises(SettingsError, match=f"ACTIONQL_ASSETS: files cannot be kept in {folder}"):
            await store.check()
