"""Redirects: each hop is checked again, and trust and credentials stay with the first host."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.errors import StepFailed
from app.outbound import Outbound, OutboundRefused
from tests.unit.outbound.servers import PUBLIC, Lookups, Network, answer, redirect, running

SECRETS = {"Authorization": "Bearer s", "X-Api-Key": "s", "Cookie": "s", "Accept": "text/plain"}


@asynccontextmanager
async def client(outbound: Outbound) -> AsyncIterator[Outbound]:
    try:
        yield outbound
    finally:
        await outbound.aclose()


async def test_redirect_on_the_same_host_is_followed_with_headers() -> None:
    async with (
        running({"/": redirect("/b"), "/b": answer(b"end")}) as server,
        client(Outbound(allow=["127.0.0.1"], connections=1, timeout=5)) as outbound,
    ):
        response = await outbound.request("GET", server.url, headers=SECRETS)
    assert (response.body, response.url) == (b"end", f"{server.url}/b")
    assert server.seen[1].headers["authorization"] == "Bearer s"


async def test_redirect_is_an_answer_where_none_is_followed() -> None:
    async with (
        running({"/": redirect("/b")}) as server,
        client(Outbound(allow=["127.0.0.1"])) as outbound,
    ):
        response = await outbound.request("GET", server.url, follow_redirects=False)
    assert response.status == 302
    assert ("location", "/b") in response.headers
    assert len(server.seen) == 1


@pytest.mark.parametrize("trusted", [False, True])
@pytest.mark.parametrize("host", ["127.0.0.2", "localhost", "2130706434", "[::1]", "[::ffff:127.0.0.2]", "0"])
async def test_redirect_to_an_inner_address_is_refused(host: str, trusted: bool) -> None:
    async with running({"/inner": answer(b"inner")}) as inner:
        location = f"http://{host}:{inner.port}/inner"
        async with (
            running({"/": redirect(location)}) as server,
            client(Outbound(allow=[f"127.0.0.1:{server.port}"])) as outbound,
        ):
            with pytest.raises(OutboundRefused):
                await outbound.request("GET", server.url, trusted=trusted)
    assert inner.connections == 0


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://u:p@127.0.0.1/", "gopher://x/"]
)
async def test_redirect_to_a_url_that_may_not_be_called_is_refused(location: str) -> None:
    async with (
        running({"/": redirect(location)}) as server,
        client(Outbound(allow=["127.0.0.1"])) as outbound,
    ):
        with pytest.raises(OutboundRefused):
            await outbound.request("GET", server.url)


@pytest.mark.parametrize("location", ["http://[", "http://a:99999/", "http://１/"])
async def test_redirect_to_no_url_fails(location: str) -> None:
    async with (
        running({"/": redirect(location)}) as server,
        client(Outbound(allow=["127.0.0.1"])) as outbound,
    ):
        with pytest.raises(StepFailed):
            await outbound.request("GET", server.url)


@pytest.mark.parametrize("trusted", [False, True])
async def test_redirect_to_another_port_loses_the_callers_headers(trusted: bool) -> None:
    async with (
        running({"/b": answer(b"end")}) as other,
        running({"/": redirect(f"{other.url}/b")}) as server,
        client(Outbound(allow=["127.0.0.1"])) as outbound,
    ):
        response = await outbound.request("GET", server.url, headers=SECRETS, trusted=trusted)
    assert response.body == b"end"
    (seen,) = other.seen
    assert seen.headers["accept"] == "text/plain"
    assert seen.headers["host"] == f"127.0.0.1:{other.port}"
    assert not {"authorization", "x-api-key", "cookie"} & seen.headers.keys()


async def test_redirect_back_to_a_trusted_host_stays_untrusted() -> None:
    hops = {"/": redirect("http://elsewhere.example/")}
    async with running(hops) as server, running({"/": redirect(f"{server.url}/end")}) as elsewhere:
        network = Network({"127.0.0.1": server.port, PUBLIC: elsewhere.port})
        resolve = Lookups([[PUBLIC], ["127.0.0.1"]])
        async with client(Outbound(network=network, resolve=resolve)) as outbound:
            with pytest.raises(OutboundRefused):
                await outbound.request("GET", server.url, trusted=True)
    assert [seen.target for seen in server.seen] == ["/"]
    assert len(elsewhere.seen) == 1


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
async def test_redirect_never_takes_a_trusted_body_to_another_host(status: str) -> None:
    async with (
        running({"/": answer()}) as other,
        running({"/": redirect(other.url, status)}) as server,
        client(Outbound(allow=["127.0.0.1"])) as outbound,
    ):
        with pytest.raises(OutboundRefused, match="another host"):
            await outbound.request("POST", server.url, content=b"secret", trusted=True)
        assert other.connections == 0
        await outbound.request("POST", server.url, content=b"open")
        await outbound.request("GET", server.url, trusted=True)
    assert [(seen.method, seen.body) for seen in other.seen] == [("POST", b"open"), ("GET", b"")]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
async def test_redirect_of_a_post_becomes_a_get(status: str) -> None:
    async with (
        running({"/": redirect("/b", status), "/b": answer()}) as server,
        client(Outbound(allow=["127.0.0.1"])) as outbound,
    ):
        await outbound.request("POST", server.url, content=b"x")
    assert [(seen.method, seen.body) for seen in server.seen] == [("POST", b"x"), ("GET", b"")]


@pytest.mark.parametrize("most", [0, 1, 5])
async def test_redirects_are_limited(most: int) -> None:
    async with (
        running({"/": redirect("/")}) as server,
        client(Outbound(allow=["127.0.0.1"], max_redirects=most)) as outbound,
    ):
        with pytest.raises(StepFailed, match="redirects too often"):
            await outbound.request("GET", server.url)
    assert len(server.seen) == most + 1


async def test_name_that_turns_inner_between_two_requests_is_refused() -> None:
    async with running({"/": answer(headers=[("Connection", "close")])}) as server:
        network, resolve = Network({PUBLIC: server.port}), Lookups([[PUBLIC], ["127.0.0.1"]])
        async with client(Outbound(network=network, resolve=resolve)) as outbound:
            assert (await outbound.request("GET", "http://rebind.example/")).status == 200
            with pytest.raises(OutboundRefused):
                await outbound.request("GET", "http://rebind.example/")
    assert network.connected == [(PUBLIC, 80)]
    assert server.seen[0].headers["host"] == "rebind.example"


async def test_name_that_turns_inner_at_a_redirect_is_refused() -> None:
    bounce = answer(status="302 Found", headers=[("Location", "/b"), ("Connection", "close")])
    async with running({"/": bounce}) as server:
        network, resolve = Network({PUBLIC: server.port}), Lookups([[PUBLIC], ["169.254.169.254"]])
        async with client(Outbound(network=network, resolve=resolve)) as outbound:
            with pytest.raises(OutboundRefused):
                await outbound.request("GET", "http://rebind.example/")
    assert network.connected == [(PUBLIC, 80)]
