"""The client against servers on loopback."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

import pytest
import uvloop

from app.errors import StepFailed
from app.outbound import Outbound, OutboundRefused
from tests.unit.outbound.servers import Answer, answer, running


@asynccontextmanager
async def client(**options: object) -> AsyncIterator[Outbound]:
    async with aclosing(Outbound(**{"allow": ["127.0.0.1"], "timeout": 10.0, **options})) as outbound:  # type: ignore[arg-type]
        yield outbound


async def test_request_gives_the_whole_answer() -> None:
    async with (
        running({"/a": answer(b"hello", headers=[("X-Two", "1"), ("X-Two", "2")])}) as server,
        client() as outbound,
    ):
        response = await outbound.request("GET", f"{server.url}/a")
    assert (response.status, response.body, response.url) == (200, b"hello", f"{server.url}/a")
    assert response.headers == (("x-two", "1"), ("x-two", "2"), ("content-length", "5"))


async def test_request_sends_what_it_was_given() -> None:
    async with running({"/a?b=1&c=%C3%A9": answer()}) as server, client() as outbound:
        headers = [("X-One", "1"), ("Content-Length", "999"), ("Transfer-Encoding", "chunked")]
        url = f"{server.url}/a?b=1"
        await outbound.request("post", url, headers=headers, content=b"body", params={"c": "é"})
    (seen,) = server.seen
    assert (seen.method, seen.target, seen.body) == ("POST", "/a?b=1&c=%C3%A9", b"body")
    assert seen.headers["x-one"] == "1"
    assert seen.headers["host"] == f"127.0.0.1:{server.port}"
    assert seen.headers["user-agent"] == "ActionQL"
    assert seen.headers["content-length"] == "4"
    assert "transfer-encoding" not in seen.headers


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "304 Not Modified"])
async def test_request_gives_a_failing_status_as_an_answer(status: str) -> None:
    async with running({"/": answer(status=status)}) as server, client() as outbound:
        assert (await outbound.request("GET", server.url)).status == int(status[:3])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_request_reuses_a_connection(method: str) -> None:
    async with running({"/": answer()}) as server, client() as outbound:
        await outbound.request(method, server.url)
        await outbound.request(method, server.url)
    assert server.connections == 1


async def test_request_to_loopback_is_refused_by_default() -> None:
    async with running({}) as server, client(allow=()) as outbound:
        with pytest.raises(
            OutboundRefused, match=r"^The address of this URL may not be called\.$"
        ) as refusal:
            await outbound.request("GET", f"{server.url}/secret-path")
    assert server.connections == 0
    assert refusal.value.code == "STEP_FAILED"
    assert "secret-path" not in refusal.value.reason


async def test_trusted_request_to_loopback_is_sent() -> None:
    async with running({"/": answer(b"inner")}) as server, client(allow=()) as outbound:
        assert (await outbound.request("GET", server.url, trusted=True)).body == b"inner"


async def test_kept_connection_of_a_trusted_request_serves_no_other() -> None:
    async with running({"/": answer()}) as server, client(allow=()) as outbound:
        await outbound.request("GET", server.url, trusted=True)
        with pytest.raises(OutboundRefused):
            await outbound.request("GET", server.url)
    assert len(server.seen) == 1


async def test_cookies_are_not_kept() -> None:
    async with running({"/": answer(headers=[("Set-Cookie", "a=b")])}) as server, client() as outbound:
        await outbound.request("GET", server.url)
        await outbound.request("GET", server.url)
    assert [seen.headers.get("cookie") for seen in server.seen] == [None, None]


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running({}) as proxy, running({"/": answer(b"direct")}) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        async with client() as outbound:
            assert (await outbound.request("GET", server.url)).body == b"direct"
    assert proxy.connections == 0


REFUSED_ALWAYS = """
    ftp://a/ file:///etc/passwd gopher://a/ unix:///run/x.sock data:,x javascript:x //a/b /a a
    http:// http:///a http:a http://:80/
    http://u:p@a/ http://u@a/ http://:p@a/ http://a\\@127.0.0.1/ http://a:99999/ http://a:0/ http://a:b/
    http://[::1 http://256.1.1.1/ http://0177.0.0.1/ http://１２７.0.0.1/ http://ⓛocalhost/
"""
REFUSED_UNLESS_TRUSTED = """
    http://127.1/ http://127。0。0。2/ http://2130706433/ http://0x7f.1/
    http://[::ffff:127.0.0.1]/ http://127.0.0.1./ http://[::]/
"""


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("url", [*REFUSED_ALWAYS.split(), "http://a\nb/", "http://127.0.0.1/\x00"])
async def test_url_that_is_none_to_call_is_refused(url: str, trusted: bool) -> None:
    async with client() as outbound:
        with pytest.raises(OutboundRefused):
            await outbound.request("GET", url, trusted=trusted)


@pytest.mark.parametrize("url", REFUSED_UNLESS_TRUSTED.split())
async def test_url_with_an_inner_address_is_refused(url: str) -> None:
    async with client() as outbound:
        with pytest.raises(OutboundRefused, match="address of this URL"):
            await outbound.request("GET", url)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"X": "canary\r\nY: 1"}),
        ("GET", {"X": "canary\x00"}),
        ("GET", {"X": "canaryé"}),
        ("GET", {"X canary": "1"}),
        ("GET canary", {}),
        ("canaryé", {}),
    ],
)
async def test_request_that_cannot_be_written_fails_without_its_values(
    method: str, headers: dict[str, str]
) -> None:
    async with running({"/": answer()}) as server, client() as outbound:
        with pytest.raises(StepFailed, match="cannot be sent as it is written") as failure:
            await outbound.request(method, server.url, headers=headers)
    assert "canary" not in failure.value.reason
    assert failure.value.__cause__ is None
    assert server.seen == []


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("host", ["a..b", "a" * 70, ".a"])
async def test_host_that_no_lookup_takes_fails(host: str, trusted: bool) -> None:
    async with client() as outbound:
        with pytest.raises(StepFailed):
            await outbound.request("GET", f"https://{host}/", trusted=trusted)


async def test_server_that_is_not_there_cannot_be_reached() -> None:
    async with running({}) as server:
        pass
    async with client() as outbound:
        with pytest.raises(StepFailed, match="could not be reached") as failure:
            await outbound.request("GET", f"{server.url}/canary")
    assert "canary" not in failure.value.reason
    assert str(server.port) in failure.value.reason


async def write_nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"nonsense\r\n\r\n")
    writer.close()


async def write_half(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    writer.close()


async def write_endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: " + b"x" * 10_000 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("write", [write_nonsense, write_half, write_endless_headers])
async def test_answer_that_is_no_http_fails(write: Answer) -> None:
    async with running({"/": write}) as server, client() as outbound:
        with pytest.raises(StepFailed, match="could not be read"):
            await outbound.request("GET", server.url)


async def write_for_ever(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(bytes(65_536))
        await writer.drain()


async def write_a_bomb(writer: asyncio.StreamWriter) -> None:
    head = [("Content-Encoding", "gzip")]
    await answer(gzip.compress(bytes(50_000_000), mtime=0), headers=head)(writer)


async def write_what_decodes_to_nothing(writer: asyncio.StreamWriter) -> None:
    """A gzip header whose file name never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08" + bytes(6))
    while True:
        writer.write(b"a" * 65_536)
        await writer.drain()


@pytest.mark.parametrize(
    "write", [write_for_ever, write_what_decodes_to_nothing, write_a_bomb, answer(bytes(1_000_001))]
)
async def test_answer_over_the_limit_fails(write: Answer) -> None:
    async with running({"/": write}) as server, client(max_bytes=1_000_000) as outbound:
        with pytest.raises(StepFailed, match="too large"):
            await outbound.request("GET", server.url)


@pytest.mark.parametrize("headers", [[], [("Content-Encoding", "gzip")]])
async def test_answer_at_the_limit_is_read(headers: list[tuple[str, str]]) -> None:
    body = bytes(1_000_000)
    write = answer(gzip.compress(body, mtime=0) if headers else body, headers=headers)
    async with running({"/": write}) as server, client(max_bytes=1_000_000) as outbound:
        assert (await outbound.request("GET", server.url)).body == body


async def drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.02)


async def drip_head(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def say_nothing(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("write", [drip_body, drip_head, say_nothing])
async def test_answer_that_never_ends_meets_the_deadline(write: Answer) -> None:
    async with running({"/": write, "/ok": answer(b"ok")}) as server, client(connections=1) as outbound:
        with pytest.raises(StepFailed, match="did not answer in time") as failure:
            await outbound.request("GET", server.url, timeout=0.3)
        assert "0.3 s" in failure.value.reason
        assert (await outbound.request("GET", f"{server.url}/ok")).body == b"ok"


async def test_timeout_of_the_client_is_the_default() -> None:
    async with running({"/": say_nothing}) as server, client(timeout=0.2) as outbound:
        with pytest.raises(StepFailed, match="in time"):
            await outbound.request("GET", server.url)


async def test_cancelled_request_is_cancelled_and_gives_its_connection_back() -> None:
    async with running({"/": say_nothing, "/ok": answer()}) as server, client(connections=1) as outbound:
        task = asyncio.create_task(outbound.request("GET", server.url))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await outbound.request("GET", f"{server.url}/ok")).status == 200


async def test_stream_gives_chunks_up_to_its_own_limit() -> None:
    async with running({"/": answer(bytes(3000))}) as server, client(max_bytes=10) as outbound:
        async with outbound.stream("GET", server.url, limit=3000) as response:
            assert response.status == 200
            assert sum([len(chunk) async for chunk in response.chunks]) == 3000
        with pytest.raises(StepFailed, match="too large"):
            async with outbound.stream("GET", server.url, limit=2999) as response:
                assert [chunk async for chunk in response.chunks] == []


async def test_stream_left_early_gives_its_connection_back() -> None:
    async with running({"/": write_for_ever, "/ok": answer()}) as server, client(connections=1) as outbound:
        async with outbound.stream("GET", server.url) as response:
            assert await anext(response.chunks)
        assert (await outbound.request("GET", f"{server.url}/ok")).status == 200


@pytest.mark.parametrize("error", [ValueError("mine"), TimeoutError("mine"), KeyError("mine")])
async def test_stream_passes_its_users_own_error_on(error: Exception) -> None:
    async with running({"/": answer()}) as server, client() as outbound:
        with pytest.raises(type(error), match="mine"):
            async with outbound.stream("GET", server.url):
                raise error


async def test_wrong_exemption_is_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="is no address"):
        Outbound(allow=["http://a"])


def test_client_made_before_the_loop_works_on_uvloop() -> None:
    outbound = Outbound(allow=["127.0.0.1"])

    async def call() -> bytes:
        async with running({"/": answer(b"uv")}) as server, aclosing(outbound):
            with pytest.raises(OutboundRefused):
                await outbound.request("GET", f"http://[::1]:{server.port}/")
            return (await outbound.request("GET", server.url)).body

    assert run_on_uvloop(call) == b"uv"


def run_on_uvloop(call: Callable[[], Awaitable[bytes]]) -> bytes:
    async def main() -> bytes:
        return await call()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())
