"""GraphiQL on the real server: what a developer who opens it first does."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.caller import Caller
from tests.end_to_end.conftest import SYSTEM
from tests.support.browser import Chromium, Visit


async def opened(chromium: Chromium, url: str) -> Visit:
    """The page, once it can run a query and knows the schema."""
    visit = await chromium.visit(url)
    await expect(visit.page.get_by_role("button", name="Execute query")).to_be_visible()
    return visit


async def replace(page: Page, region: str, text: str) -> None:
    """Put `text` where an editor had something else."""
    await page.get_by_role("region", name=region).locator(".CodeMirror:visible").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(text)


async def result(page: Page) -> str:
    await page.get_by_role("button", name="Execute query").click()
    window = page.get_by_role("region", name="Result Window")
    await expect(window).to_contain_text('"data"')
    return await window.inner_text()


async def test_page_opens_at_graphql_with_the_login_first(chromium: Chromium, taskings: Caller) -> None:
    visit = await opened(chromium, taskings.url.partition("/api/")[0] + "/graphql")
    await expect(visit.page).to_have_title("Taskings")
    await expect(visit.page.get_by_role("region", name="Query Editor")).to_contain_text(SYSTEM)
    assert visit.complaints == []


@pytest.mark.parametrize(("application", "shown"), [("shoes", "Sandal"), ("library", "Ursula")])
async def test_example_query_runs(chromium: Chromium, shoes: Caller, application: str, shown: str) -> None:
    host = shoes.url.partition("/api/")[0]
    visit = await opened(chromium, f"{host}/api/runtime/{application}")
    assert shown in await result(visit.page)
    asked = {url for url in visit.requests if not url.startswith((f"{host}/", "data:"))}
    assert (asked, visit.complaints) == (set(), [])


async def test_token_in_the_header_editor_tells_who_calls(chromium: Chromium, bob: Caller) -> None:
    visit = await opened(chromium, bob.url)
    await replace(visit.page, "Query Editor", "{ meMember { email } }")
    assert "UNAUTHENTICATED" in await result(visit.page)
    await replace(visit.page, "Headers", f'{{"Authorization": "Bearer {bob.token}"}}')
    await visit.page.get_by_role("button", name="Execute query").click()
    await expect(visit.page.get_by_role("region", name="Result Window")).to_contain_text("bob@example.org")
    stored = await visit.page.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert bob.token is not None
    assert bob.token not in stored


async def test_documentation_shows_descriptions_of_the_definition(
    chromium: Chromium, library: Caller
) -> None:
    visit = await opened(chromium, library.url)
    await visit.page.get_by_role("button", name="Show Documentation Explorer").click()
    await visit.page.get_by_role("link", name="Query", exact=True).click()
    await visit.page.get_by_role("link", name="BookPage", exact=True).click()
    await visit.page.get_by_role("link", name="Book", exact=True).click()
    await expect(visit.page.locator(".graphiql-plugin")).to_contain_text(
        "A book, of which there is one copy."
    )


def test_page_is_for_browsers_alone(library: Caller) -> None:
    page = library.request("GET", "", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "unsafe" not in page.headers["content-security-policy"]
    asked = library.request("GET", "", headers={"Accept": "text/html"}, params={"query": "{ __typename }"})
    assert asked.headers["content-type"].startswith("application/")
