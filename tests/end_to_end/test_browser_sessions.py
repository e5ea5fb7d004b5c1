"""The session cookie: how it is given, what it opens, whom it does not serve, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import ORIGIN, PASSWORD, Shared
from tests.end_to_end.test_endpoints import refused
from tests.support.browser import Chromium

NAME = "actionql-5e5e0a0b1c1d4e4f8a8b9c9d0e0f1a1b"
SAM = {"username": "sam", "password": PASSWORD}


@pytest.fixture
def browser(market: Caller) -> Iterator[httpx.Client]:
    """A client with cookies of its own, logged in as Sam."""
    with httpx.Client(base_url=market.url, trust_env=False) as client:
        assert client.post("/m/login", json=SAM).status_code == 200
        yield client


def cookie(answer: httpx.Response) -> Morsel[str]:
    """The one cookie that an answer sets."""
    (sent,) = answer.headers.get_list("set-cookie")
    found: SimpleCookie = SimpleCookie(sent)
    return found[NAME]


def tokens(client: httpx.Client) -> list[str]:
    return client.cookies[NAME].split("~")


def test_login_sets_a_cookie_that_no_script_reads(market: Caller) -> None:
    answer = market.request("POST", "/m/login", json=SAM)
    assert [*answer.json()] == ["accessExpiresAt", "refreshExpiresAt"]
    sent = cookie(answer)
    assert sent["httponly"] is True
    assert (sent["samesite"], sent["path"], sent["domain"], sent["max-age"]) == ("Lax", "/", "", "259200")
    assert sent["secure"] == ""
    for token in sent.value.split("~"):
        assert token not in answer.text


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"username": "sam", "password": "wrong"}, 401, {}),
        ({"username": "nobody", "password": PASSWORD}, 401, {}),
        ({"username": "bea", "password": PASSWORD}, 401, {}),
        ({}, 400, {"username": ["is_required"], "password": ["is_required"]}),
        ({**SAM, "remember": True}, 400, {"remember": ["is_invalid"]}),
        ({**SAM, "password": 1}, 400, {"password": ["is_required"]}),
    ],
)
def test_failed_login_sets_nothing(market: Caller, body: Any, status: int, fields: Any) -> None:
    answer = market.request("POST", "/m/login", json=body)
    refused(answer, status, "UNAUTHENTICATED" if status == 401 else "BAD_USER_INPUT", **fields)
    assert "set-cookie" not in answer.headers


def test_cookie_opens_what_its_user_may(browser: httpx.Client) -> None:
    paths = ("/m/sellers", "/m/fruits", "/m/buyers")
    assert [browser.get(path).status_code for path in paths] == [200, 200, 403]
    assert browser.post("/m/echo/1").json()["me"] == "sam"


def test_cookie_of_one_profile_does_not_open_another(market: Caller) -> None:
    with httpx.Client(base_url=market.url, trust_env=False) as bea:
        assert bea.post("/m/login-buyer", json={**SAM, "username": "bea"}).status_code == 200
        assert [bea.get(path).status_code for path in ("/m/sellers", "/m/buyers")] == [401, 200]


def test_cookie_is_no_key_to_other_doors(browser: httpx.Client, shared: Shared) -> None:
    url = "/api/runtime/market"
    answer = browser.post(url, json={"query": "{ meSeller { name } }"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_token_counts_before_the_cookie(browser: httpx.Client, bea: Caller) -> None:
    assert browser.get("/m/sellers", headers=bea.headers).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "{own}"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Referer": "{own}/m/page"}, 200),
        ({"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"}, 200),
        ({"Origin": f"{ORIGIN}.evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "{own}.evil.example"}, 403),
        ({"Origin": "{tls}"}, 403),
        ({"Referer": "https://evil.example/{own}"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "{own}"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/m/sell", "/m/login"])
def test_writes_are_taken_from_this_site_alone(
    browser: httpx.Client, market: Caller, path: str, headers: dict[str, str], status: int
) -> None:
    tls = market.url.replace("http:", "https:")
    sent = {name: value.format(own=market.url, tls=tls) for name, value in headers.items()}
    answer = browser.post(path, json=SAM, headers=sent)
    assert answer.status_code == status
    if status == 403:
        refused(answer, 403, "FORBIDDEN")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_other_writes_are_checked_too(browser: httpx.Client, method: str) -> None:
    answer = browser.request(method, "/m/fruits/1", headers={"Origin": "https://evil.example"})
    refused(answer, 403, "FORBIDDEN")


def test_reading_and_bearers_need_no_origin(browser: httpx.Client, sam: Caller) -> None:
    elsewhere = {"Origin": "https://other.example"}
    assert browser.get("/m/sellers", headers=elsewhere).status_code == 200
    assert sam.request("POST", "/m/sell", headers=elsewhere).status_code == 200


def test_cookie_whose_access_token_is_good_no_longer_is_renewed(
    browser: httpx.Client, market: Caller
) -> None:
    access, refresh = tokens(browser)
    stale = {"Cookie": f"{NAME}={access[:-2]}AA~{refresh}"}
    answer = market.request("GET", "/m/sellers", headers=stale)
    assert answer.status_code == 200
    renewed = cookie(answer).value
    assert renewed.split("~")[1] != refresh
    again = market.request("GET", "/m/sellers", headers={"Cookie": f"{NAME}={renewed}"})
    assert (again.status_code, "set-cookie" in again.headers) == (200, False)


@pytest.mark.parametrize("value", ["", "x", "~", "a~b", "a.b.c~v1.x.0.y"])
def test_cookie_that_is_none_is_taken_away(market: Caller, value: str) -> None:
    headers = {"Cookie": f"{NAME}={value}"}
    answer = market.request("GET", "/m/sellers", headers=headers)
    refused(answer, 401, "UNAUTHENTICATED")
    if value:
        assert (cookie(answer).value, cookie(answer)["max-age"]) == ("", "0")
    assert market.request("GET", "/m/page", headers=headers).status_code == 200


def test_logout_ends_the_session_everywhere(browser: httpx.Client, market: Caller) -> None:
    access, refresh = tokens(browser)
    answer = browser.post("/m/logout")
    assert answer.json() == {"loggedOut": True}
    assert NAME not in browser.cookies
    assert browser.get("/m/sellers").status_code == 401
    kept = {"Cookie": f"{NAME}={access}~{refresh}"}
    assert market.request("GET", "/m/sellers", headers=kept).status_code == 401
    bearer = {"Authorization": f"Bearer {access}"}
    assert market.request("GET", "/m/sellers", headers=bearer).status_code == 401


def test_forged_logout_ends_nothing(browser: httpx.Client) -> None:
    answer = browser.post("/m/logout", headers={"Origin": "https://evil.example"})
    refused(answer, 403, "FORBIDDEN")
    assert browser.get("/m/sellers").status_code == 200


async def test_person_logs_in_by_the_page(chromium: Chromium, market: Caller) -> None:
    visit = await chromium.visit(f"{market.url}/m/page?word=Welcome")
    page = visit.page
    await page.locator("[name=username]").fill("sam")
    await page.locator("[name=password]").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("p")).to_contain_text("Until")
    await page.goto(f"{market.url}/m/page?word=Welcome+")
    await expect(page.locator("p")).to_have_text("Welcome sam")
    assert await page.evaluate("document.cookie") == ""
    assert not [one for one in visit.complaints if "Policy" in one]
