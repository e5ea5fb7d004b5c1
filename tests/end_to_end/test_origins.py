"""Pages of other origins: which may call the doors from a browser, and what stays closed to all of them."""

from __future__ import annotations

import httpx
import pytest

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import ORIGIN

ELSEWHERE = "https://evil.example"
DOORS = [
    ("POST", "/graphql"),
    ("PUT", "/m/fruits/1"),
    ("DELETE", "/api/models/media/records/1"),
    ("POST", "/api/execution/none/sessions"),
    ("POST", "/phixflow/api/1/action/none/none/trigger"),
]


def ask(caller: Caller, method: str, path: str, origin: str) -> httpx.Response:
    """What a browser asks before it sends a request for a page of this origin."""
    told = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key,x-own",
    }
    return caller.request("OPTIONS", path, headers=told)


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_page_of_an_allowed_origin_may_call_each_door(market: Caller, method: str, path: str) -> None:
    asked = ask(market, method, path, ORIGIN)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == ORIGIN
    assert method in asked.headers["access-control-allow-methods"]
    assert "idempotency-key,x-own" in asked.headers["access-control-allow-headers"]
    # Refused for other reasons, which the page may read.
    sent = market.request(method, path, headers={"Origin": ORIGIN})
    assert sent.headers["access-control-allow-origin"] == ORIGIN
    assert "Retry-After" in sent.headers["access-control-expose-headers"]
    assert sent.status_code >= 400


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", f"{ORIGIN}.evil.example", "http://shop.example"])
def test_page_of_another_origin_may_read_nothing(market: Caller, origin: str) -> None:
    for answer in (
        ask(market, "POST", "/graphql", origin),
        market.request("GET", "/graphql?query={__typename}", headers={"Origin": origin}),
    ):
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/console", "/console/market/login", "/console/market/runs"])
def test_console_is_closed_to_every_other_origin(market: Caller, path: str) -> None:
    for answer in (ask(market, "GET", path, ORIGIN), market.request("GET", path, headers={"Origin": ORIGIN})):
        assert "access-control-allow-origin" not in answer.headers
