"""What is the object store's alone: servers that fail, refuse or hang, claims, and parts that are not put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import timedelta
from time import monotonic
from typing import Any

import obstore
import pytest

from app.assets import Store
from app.assets.bucket import open_bucket
from app.assets.objects import PART, ObjectStore
from app.errors import Conflict, Overloaded
from app.settings import SettingsError
from tests.support.buckets import Bucket, BucketServer, running_bucket_server
from tests.support.files import FileServer
from tests.support.stores import ID, chunks, read

Work = Callable[[Store], Coroutine[Any, Any, Any]]
PLACE = f"{ID[:2]}/{ID}"


def opened(bucket: Bucket, **env: str) -> ObjectStore:
    return ObjectStore(open_bucket(bucket.url, {**bucket.environment, **env}), max_bytes=100_000_000)


async def nobody(id: str) -> bool:
    return False


async def test_claim_of_another_server_is_a_conflict_until_it_is_swept(bucket: Bucket) -> None:
    store = opened(bucket)
    bucket.write(f"claims/{ID}", b"")
    bucket.write(f"check/{ID}", b"")
    with pytest.raises(Conflict, match="being stored already"):
        await store.save(chunks(b"a"), name="a", id=ID)
    assert bucket.keys() == [f"check/{ID}", f"claims/{ID}"]
    assert await store.sweep(nobody, timedelta(days=1)) == 0
    assert await store.sweep(nobody, timedelta(days=-1)) == 2
    await store.save(chunks(b"a"), name="a", id=ID)
    assert bucket.keys() == [PLACE]


async def test_claim_stands_while_a_file_comes_and_nothing_of_it_is_seen(bucket: Bucket) -> None:
    seen: list[object] = []

    async def looking() -> AsyncIterator[bytes]:
        yield bytes(2 * PART)
        seen.extend([bucket.keys(), await store.stat(ID)])
        yield b"end"

    store = opened(bucket)
    await store.save(looking(), name="a", id=ID)
    assert seen == [[f"claims/{ID}"], None]
    assert bucket.keys() == [PLACE]


async def test_parts_of_an_upload_that_fails_are_taken_back(bucket: Bucket) -> None:
    sent: list[str] = []

    async def failing() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield bytes(PART)
            await asyncio.sleep(0)
        sent.extend(bucket.parts())
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await opened(bucket).save(failing(), name="a")
    assert len(sent) == 1, "some had been sent"
    assert (bucket.parts(), bucket.keys()) == ([], [])


async def test_save_cancelled_while_the_store_takes_it_leaves_nothing(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking, put = asyncio.Event(), obstore.put_async

    async def slow(*values: Any, **options: Any) -> object:
        taking.set()
        await asyncio.sleep(0.05)
        return await put(*values, **options)

    monkeypatch.setattr(obstore, "put_async", slow)
    task = asyncio.create_task(opened(bucket).save(chunks(b"some"), name="a"))
    await taking.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bucket.keys() == []


async def test_file_that_is_lost_is_not_found(bucket: Bucket) -> None:
    store = opened(bucket)
    await store.save(chunks(b"a"), name="a", id=ID)
    bucket.remove(PLACE)
    assert await store.stat(ID) is None


WORKS: list[Work] = [
    lambda store: store.save(chunks(b"a"), name="a"),
    lambda store: store.save(chunks(bytes(3 * PART)), name="a"),
    lambda store: store.save(chunks(b"a"), name="a", id=ID),
    lambda store: store.open(ID, 1),
    lambda store: read(store, ID),
    lambda store: store.stat(ID),
    lambda store: store.delete(ID),
    lambda store: store.sweep(nobody, timedelta(0)),
]


async def test_store_out_of_reach_is_an_error_of_its_own_within_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running_bucket_server() as server:
        bucket = server.bucket()
        store = opened(bucket)
        await store.check()
        server.kill()
        for work in WORKS:
            started = monotonic()
            with pytest.raises(Overloaded) as failed:
                await work(store)
            assert failed.value.message == "The store of files can't be reached."
            assert monotonic() - started < 10
        assert not await store.answers()
    said = capsys.readouterr().out
    assert "file store failed" in said and "OutOfReach" in said
    for secret in (*bucket.environment.values(), bucket.name):
        assert secret == "true" or secret not in said


@pytest.mark.parametrize("id", [None, ID])
async def test_store_that_dies_amid_an_upload_is_told(id: str | None) -> None:
    with running_bucket_server() as server:
        store = opened(server.bucket())

        async def coming() -> AsyncIterator[bytes]:
            for number in range(20):
                yield bytes(1_000_000)
                if number == 12:
                    server.kill()

        with pytest.raises(Overloaded):
            await store.save(coming(), name="a", id=id)


async def test_store_that_dies_amid_a_download_is_told() -> None:
    with running_bucket_server() as server:
        store = opened(server.bucket())
        asset = await store.save(chunks(bytes(15 * PART)), name="a")
        taken = 0
        with pytest.raises(Overloaded):
            async for chunk in await store.open(asset.id, asset.size):
                taken += len(chunk)
                server.kill()
        assert 0 < taken < asset.size


def refusing(files: FileServer, bucket: Bucket, code: str, status: int = 403) -> ObjectStore:
    """A store whose server refuses everything."""
    body = f"<Error><Code>{code}</Code><Message>canary of the store</Message></Error>".encode()
    files.everywhere(body, status=status)
    return opened(bucket, AWS_ENDPOINT_URL=files.url)


async def test_store_that_refuses_is_told_to_callers_without_its_words(
    bucket: Bucket, file_server: FileServer, capsys: pytest.CaptureFixture[str]
) -> None:
    store = refusing(file_server, bucket, "AccessDenied")
    for work in WORKS:
        with pytest.raises(Overloaded) as failed:
            await work(store)
        assert "canary" not in str(failed.value) and failed.value.__cause__ is None
    assert not await store.answers()
    said = capsys.readouterr().out
    assert "AccessDenied" in said and "canary" not in said


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("AccessDenied", 403, "the server may not write to the bucket (AccessDenied)."),
        ("NoSuchBucket", 404, "there is no such bucket"),
        ("InvalidAccessKeyId", 403, "the store does not know the access key: look at AWS_ACCESS_KEY_ID"),
        ("SignatureDoesNotMatch", 403, "the store does not take the secret key"),
        ("PermanentRedirect", 301, "the bucket is in another region: look at AWS_REGION"),
        ("EntityTooOdd", 400, "the server may not write to the bucket (EntityTooOdd)."),
    ],
)
async def test_check_tells_what_to_look_at(
    bucket: Bucket, file_server: FileServer, code: str, status: int, told: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        await refusing(file_server, bucket, code, status).check()
    assert refused.value.message.startswith(f"ACTIONQL_ASSETS: {told}")
    assert "canary" not in refused.value.message


async def test_check_of_a_server_that_is_not_there(bucket: Bucket) -> None:
    with pytest.raises(SettingsError, match="the store can't be reached: look at AWS_ENDPOINT_URL"):
        await opened(bucket, AWS_ENDPOINT_URL="http://127.0.0.1:9").check()


async def test_check_of_a_bucket_that_is_not_there(bucket_server: BucketServer) -> None:
    with pytest.raises(SettingsError, match="there is no such bucket"):
        await opened(Bucket(bucket_server, "no-such-bucket")).check()


async def test_check_of_wrong_credentials() -> None:
    with running_bucket_server(INITIAL_NO_AUTH_ACTION_COUNT="1") as server:
        store = opened(server.bucket())
        with pytest.raises(SettingsError, match="the store does not know the access key"):
            await store.check()


async def test_check_of_a_store_that_overwrites_what_it_should_not(
    bucket: Bucket, file_server: FileServer
) -> None:
    file_server.everywhere(b"", headers={"ETag": '"0"'})
    with pytest.raises(SettingsError, match=r"overwrites objects where it is told not to \(If-None-Match\)"):
        await opened(bucket, AWS_ENDPOINT_URL=file_server.url).check()


async def test_store_that_hangs_counts_as_out_of_reach(bucket: Bucket, hanging: str) -> None:
    started = monotonic()
    assert not await opened(bucket, AWS_ENDPOINT_URL=hanging).answers()
    assert monotonic() - started < 4


@pytest.fixture
async def hanging() -> AsyncIterator[str]:
    """The URL of a server that takes connections and says nothing."""
    done = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(wait, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    done.set()
    server.close()
