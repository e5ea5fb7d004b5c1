"""The page in a real browser: what a developer sees of the doors, and a request that is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.conftest import EXAMPLES, QUICK, SHOES
from tests.support.browser import Chromium, Visit
from tests.support.server import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("docs")
    definition = folder / "shoes.yaml"
    definition.write_text((EXAMPLES / "shoes.yaml").read_text() + SHOES)
    with running_server(definition, data=folder / "data", env=QUICK) as server:
        yield server


@pytest.fixture
async def visit(chromium: Chromium, server: Server) -> AsyncIterator[Visit]:
    visit = await chromium.visit(f"{server.url}/docs")
    await expect(visit.page.locator(".opblock").first).to_be_visible()
    yield visit
    # Whatever a test does, the page keeps to its server and to its policy.
    outside = [url for url in visit.requests if not url.startswith((f"{server.url}/", "data:", "blob:"))]
    assert (outside, visit.complaints) == ([], [])


async def opened(page: Page, operation: str) -> None:
    await page.locator(f"#operations-{operation} .opblock-summary-control").click()
    await page.get_by_role("button", name="Try it out").click()


async def test_page_shows_the_operations_of_the_definition(visit: Visit) -> None:
    await expect(visit.page).to_have_title("Shoe shop · API")
    await expect(visit.page.locator("#docs")).to_contain_text("Adds one shoe to the shop.")
    path = visit.page.locator("#operations-Endpoints-create_new_shoes .opblock-summary-path")
    await expect(path).to_contain_text("create_shoe")


async def test_request_is_tried_and_its_answer_shown(visit: Visit) -> None:
    await opened(visit.page, "Endpoints-create_new_shoes")
    await visit.page.locator("textarea.body-param__text").fill('{"shoe_type": "loafer", "price": 49.5}')
    await visit.page.get_by_role("button", name="Execute").click()
    shown = visit.page.locator(".live-responses-table")
    await expect(shown).to_contain_text('"shoe_type": "loafer"')
    await expect(shown).to_contain_text("200")


async def test_parameter_reaches_the_server(visit: Visit) -> None:
    await opened(visit.page, "Endpoints-price_list_as_csv")
    await visit.page.get_by_placeholder("cheaper_than").fill("1")
    await visit.page.get_by_role("button", name="Execute").click()
    await expect(visit.page.locator(".live-responses-table")).to_contain_text("text/csv")
    assert any(url.endswith("/v1/price_list.csv?cheaper_than=1") for url in visit.requests)


async def test_page_follows_the_colors_of_its_reader(visit: Visit) -> None:
    for scheme, color in (("dark", "rgb(28, 32, 34)"), ("light", "rgb(250, 250, 250)")):
        await visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await expect(visit.page.locator("body")).to_have_css("background-color", color)


def test_page_is_made_of_what_the_build_brings() -> None:
    vendor = Path(__file__).parents[2] / "app" / "pages" / "static" / "vendor"
    assert {"swagger-ui-bundle.js", "swagger-ui.css", "swagger-ui.LICENSE"} <= {
        file.name for file in vendor.iterdir()
    }
