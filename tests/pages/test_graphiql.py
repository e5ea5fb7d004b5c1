"""GraphiQL in a real browser: what a developer sees and does, and what the page must never do."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import Page, expect

from app.pages import graphiql
from tests.support.browser import Chromium, Visit
from tests.support.toy import Toy, running_toy


@pytest.fixture
def toy() -> Iterator[Toy]:
    with running_toy() as toy:
        yield toy


@pytest.fixture
async def visit(chromium: Chromium, toy: Toy) -> Visit:
    visit = await chromium.visit(toy.url)
    await expect(visit.page.get_by_role("button", name="Execute query")).to_be_visible()
    return visit


async def run_query(page: Page) -> None:
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.get_by_role("region", name="Result Window")).to_contain_text("Hello, Ada!")


async def type_headers(page: Page, headers: str) -> None:
    await page.get_by_role("region", name="Headers").locator(".CodeMirror:visible").click()
    await page.keyboard.insert_text(headers)


async def test_page_opens_with_its_title_and_the_example_query(visit: Visit) -> None:
    await expect(visit.page).to_have_title("Toys <1> & more")
    await expect(visit.page.get_by_role("region", name="Query Editor")).to_contain_text("greeting(name")


async def test_run_shows_the_answer(visit: Visit) -> None:
    await run_query(visit.page)


async def test_typed_header_reaches_the_server(visit: Visit, toy: Toy) -> None:
    await type_headers(visit.page, '{"Authorization": "Bearer secret-token"}')
    await run_query(visit.page)
    assert toy.headers[-1]["authorization"] == "Bearer secret-token"


async def test_typed_header_is_not_stored_but_the_query_is(visit: Visit) -> None:
    await type_headers(visit.page, '{"Authorization": "Bearer secret-token"}')
    await run_query(visit.page)
    history = "localStorage.getItem('/graphql graphiql:queries')"
    await visit.page.wait_for_function(f"{history} !== null")
    stored = json.dumps(await visit.page.evaluate("Object.entries(localStorage)"))
    assert "greeting" in stored
    assert "secret-token" not in stored


async def test_history_offers_what_was_run(visit: Visit) -> None:
    await run_query(visit.page)
    await visit.page.get_by_role("button", name="Show History").click()
    await expect(visit.page.get_by_role("region", name="History")).to_contain_text("Greeting")


async def test_documentation_shows_the_schema(visit: Visit) -> None:
    await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    await visit.page.get_by_role("link", name="Query", exact=True).click()
    await expect(visit.page.locator(".graphiql-plugin")).to_contain_text("greeting(name: String!): String!")


async def test_page_keeps_to_its_server_and_its_policy(visit: Visit, toy: Toy) -> None:
    await run_query(visit.page)
    await visit.page.get_by_role("button", name="Open settings dialog").click()
    await expect(visit.page.get_by_role("dialog")).to_be_visible()
    assert {url for url in visit.requests if not url.startswith((f"{toy.url}/", "data:"))} == set()
    assert f"{toy.url}/static/vendor/graphiql.min.js" in {url.partition("?")[0] for url in visit.requests}
    assert visit.complaints == []


async def test_page_without_its_policy_would_be_noticed(visit: Visit) -> None:
    await visit.page.evaluate("document.body.append(document.createElement('style'))")
    await visit.page.evaluate("document.querySelector('style').textContent = 'p { color: red }'")
    assert any("Content Security Policy" in complaint for complaint in visit.complaints)


async def test_page_is_served_with_its_policy(toy: Toy) -> None:
    async with httpx.AsyncClient() as client:
        first, second = await client.get(toy.url), await client.get(toy.url)
    policy = first.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert policy != second.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["cache-control"] == "no-store"


def test_page_texts_cannot_leave_their_place() -> None:
    page = graphiql.graphiql_page(endpoint="/graphql", title="</title><b>", query="</script><b>")
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("path", "caching"),
    [("graphiql.js?v=1", "public, max-age=31536000, immutable"), ("graphiql.js", "no-cache")],
)
async def test_static_file_is_kept_only_when_versioned(toy: Toy, path: str, caching: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{toy.url}/static/{path}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == caching
    assert answer.headers["x-content-type-options"] == "nosniff"
