"""A person with a browser and no JavaScript, from the request that starts the session to its end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.execution.office import DEFINITION, HIRE
from tests.support.browser import Chromium
from tests.support.server import ROOT, Server, running_server

PHONE = ViewportSize(width=320, height=640)


@dataclass(frozen=True, slots=True)
class Api:
    """Who starts sessions with keys."""

    server: Server
    data: Path

    def key(self, module: str) -> str:
        command = [sys.executable, "-m", "app", "keys", "create", "--module", f"office/{module}"]
        options = ["--definition", str(DEFINITION), "--data", str(self.data)]
        done = subprocess.run(
            [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
        )
        return done.stdout.strip()

    def ask(self, method: str, path: str, key: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.request(method, f"{self.server.url}{path}", headers=headers, **options).json()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with running_server(DEFINITION, data=tmp_path / "data") as server:
        yield Api(server, tmp_path / "data")


@pytest.fixture
async def page(chromium: Chromium) -> AsyncIterator[Page]:
    context = await chromium.browser.new_context(java_script_enabled=False)
    yield await context.new_page()
    await context.close()


async def test_person_answers_to_the_end_without_javascript(api: Api, page: Page) -> None:
    key = api.key("Hire")
    started = api.ask("POST", f"/api/execution/{HIRE}/sessions", key, json={"who": "Ada"})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(started["links"]["browser"])
    await expect(page.get_by_role("heading", name="A laptop for Ada")).to_be_visible()
    await page.get_by_label("Anything else?").fill("Quietly, please.")
    await page.get_by_role("button", name="Send").click()
    summary = page.get_by_role("alert")
    await expect(summary).to_be_focused()
    await summary.get_by_role("link", name="Laptop is required.").click()
    await expect(page.get_by_label("Linux")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(page.get_by_label("Anything else?")).to_have_value("Quietly, please.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Second question")).to_be_visible(timeout=10_000)
    amount = page.get_by_label("Amount")
    await amount.fill("0")
    await page.keyboard.press("Enter")
    await expect(amount).to_have_accessible_description("Error: Amount is less than 1.")
    await amount.fill("12.50")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Everything is done.")).to_be_visible(timeout=10_000)
    assert api.ask("GET", started["links"]["self"], key)["data"] == {"state": "completed"}
    assert [url for url in asked if not url.startswith(f"{api.server.url}/")] == []


async def test_form_fits_a_phone_and_every_control_has_a_name(api: Api, page: Page) -> None:
    everything = api.ask("POST", "/api/execution/Everything/sessions", api.key("Everything"))
    await page.set_viewport_size(PHONE)
    await page.goto(everything["links"]["browser"])
    await expect(page.get_by_role("button", name="Send")).to_be_visible(timeout=10_000)
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    inputs = "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
    assert await page.evaluate(f"{inputs}.filter(one => !one.labels.length).length") == 0
    large = "one => one.type == 'radio' || one.type == 'checkbox' || one.getBoundingClientRect().height >= 44"
    assert await page.evaluate(f"{inputs}.every({large})")
