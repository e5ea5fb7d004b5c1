"""Load: what wrk told, and the generator for machines without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from scripts.benchmark.calls import Call, Varies
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.load import Load, Plan, parse_wrk, percentile, run_python

WRK = """Running 1s test @ http://127.0.0.1:8000/get
  1 threads and 32 connections
{result}
{sample}
"""
RIGHT = '{"requests": 5000, "microseconds": 1250000, "p50": 2345, "p99": 9876, "wrong": 0, "failed": 0}'


def test_wrk_result_is_read() -> None:
    assert parse_wrk(WRK.format(result=RIGHT, sample="")) == Load(5000, 1.25, 2.345, 9.876)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (RIGHT.replace('"wrong": 0', '"wrong": 3'), '3 of them wrong, 0 missing. 200 {"errors"'),
        (RIGHT.replace('"failed": 0', '"failed": 2'), "2 missing"),
        (RIGHT.replace("5000", "0"), "0 answers"),
        ("", "no result"),
    ],
)
def test_wrk_result_with_failures_is_refused(result: str, told: str) -> None:
    with pytest.raises(BenchmarkError) as raised:
        parse_wrk(WRK.format(result=result, sample='200 {"errors": [..]}'))
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("count", "percent", "expected"), [(100, 50, 50), (100, 99, 99), (3, 50, 2), (1, 99, 1), (10, 99, 10)]
)
def test_percentile_is_one_of_the_values(count: int, percent: int, expected: int) -> None:
    assert percentile([float(value) for value in range(1, count + 1)], percent) == expected


@pytest.mark.parametrize(("varies", "most"), [("serial", None), ("id", 50)])
async def test_generator_sends_varying_bodies(varies: Varies, most: int | None) -> None:
    bodies: list[bytes] = []

    def answer(body: bytes) -> bytes:
        bodies.append(body)
        return b'{"data":1}'

    async with _serving(answer) as url:
        load = await asyncio.to_thread(run_python, url, _call(varies), Plan(1, 4, 50, 1000))
    values = [int(body.removeprefix(b"[").removesuffix(b"]")) for body in bodies]
    assert load.requests == len(values) > 4
    assert 0 < load.p50_ms <= load.p99_ms < 1000 * load.seconds
    if most is None:
        assert sorted(values) == list(range(1000, 1000 + len(values)))
    else:
        assert set(values) <= set(range(1, most + 1))
        assert len(set(values)) > 1


async def test_generator_sends_varying_paths() -> None:
    paths: list[str] = []
    call = Call("rest_get", "/records", {}, "/", "", "id", (), "GET")
    async with _serving(lambda _: b"{}", seen=paths) as url:
        await asyncio.to_thread(run_python, url, call, Plan(1, 1, 50, 1000))
    assert {path.rpartition("/")[0] for path in paths} == {"GET /records"}
    assert len(set(paths)) > 1


@pytest.mark.parametrize(
    ("status", "body"), [(200, b'{"data":null,"errors":[{"message":"no"}]}'), (500, b"broken")]
)
async def test_generator_meets_wrong_answer_and_stops(status: int, body: bytes) -> None:
    async with _serving(lambda _: body, status) as url:
        with pytest.raises(BenchmarkError, match=str(status)):
            await asyncio.to_thread(run_python, url, _call("nothing"), Plan(30, 2, 1, 1))


def _call(varies: Varies) -> Call:
    return Call("get", "/get", {"Authorization": "Bearer x"}, "[", "]", varies, ("data",))


@asynccontextmanager
async def _serving(
    answer: Callable[[bytes], bytes], status: int = 200, seen: list[str] | None = None
) -> AsyncIterator[str]:
    """An HTTP server that gives `answer` for each body, and notes in `seen` the method and path of each."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if seen is not None:
                    seen.append(head.decode().partition(" HTTP/")[0])
                length = int(head.lower().partition(b"content-length: ")[2].split()[0])
                content = answer(await reader.readexactly(length))
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(content), content)
                )
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
