"""Operators with a browser: through every page of the console, in light and dark, and on a phone."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests.console.looks import faults_of
from tests.console.shop import DEFINITION, PASSWORD, SECRET
from tests.support.browser import Chromium
from tests.support.server import ROOT, Server, running_server

CHIEF = "chief@example.org"
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=640)
HOSTILE = "<script>alert(1)</script>" + "\u202e" + "W" * 300
ENV = {
    "SHOP_TOKEN": SECRET,
    "ACTIONQL_ARGON2_MEMORY_KIB": "64",
    "ACTIONQL_ARGON2_TIME_COST": "1",
    "ACTIONQL_LOGIN_PER_ACCOUNT_MINUTE": "100",
}


@dataclass(frozen=True, slots=True)
class Console:
    """An open console, and what its pages asked for and complained about."""

    server: Server
    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Opens a page, of which nothing may be wrong."""
        await self.page.goto(f"{self.server.url}/console/shop/{path}")
        await self.right()

    async def right(self) -> None:
        """Nothing is wrong with what is shown now."""
        assert await faults_of(self.page) == {}, self.page.url
        assert self.complaints == [], self.page.url
        assert [url for url in self.asked if not url.startswith(f"{self.server.url}/")] == []

    async def press(self, name: str) -> None:
        """Presses a button, after which nothing may be wrong."""
        await self.follow(self.page.get_by_role("button", name=name, exact=True))

    async def follow(self, locator: Locator) -> None:
        """Clicks what leads to another page, of which nothing may be wrong."""
        async with self.page.expect_navigation():
            await locator.click()
        await self.right()

    async def log_in(self, password: str = PASSWORD) -> None:
        await self.go("login")
        await self.page.get_by_label("E-mail address or user name").fill(CHIEF)
        await self.page.get_by_label("Password").fill(password)
        await self.press("Log in")

    def run(self, action: str, input: Any, field: str = "action") -> None:
        """Has an action run, through another door."""
        query = f'mutation($input: JSON) {{ {field}(id: "{action}", input: $input) {"{runId}" * (field != "action")} }}'
        body = {"query": query, "variables": {"input": input}}
        httpx.post(f"{self.server.url}/api/runtime/shop", json=body, trust_env=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(DEFINITION, data=tmp_path / "data", env=ENV) as server:
        command = [sys.executable, "-m", "app", "users", "add", CHIEF, "--role", "chief", "--password-stdin"]
        options = ["--definition", str(DEFINITION), "--data", str(tmp_path / "data")]
        subprocess.run(
            [*command, *options],
            cwd=ROOT,
            input=PASSWORD,
            text=True,
            timeout=60,
            check=True,
            capture_output=True,
        )
        yield server


@pytest.fixture(params=[("light", DESK), ("dark", DESK), ("light", PHONE)], ids=["light", "dark", "phone"])
async def console(
    request: pytest.FixtureRequest, server: Server, chromium: Chromium
) -> AsyncIterator[Console]:
    scheme: Literal["light", "dark"]
    scheme, size = request.param
    context = await chromium.browser.new_context(color_scheme=scheme, viewport=size)
    console = Console(server, await context.new_page())
    console.page.on("request", lambda request: console.asked.append(request.url))
    console.page.on("pageerror", lambda error: console.complaints.append(str(error)))
    console.page.on(
        "console",
        lambda said: console.complaints.append(said.text) if said.type in ("error", "warning") else None,
    )
    yield console
    await context.close()


async def test_operator_walks_through_every_page(console: Console) -> None:
    page = console.page
    await console.log_in()
    await expect(page.get_by_text("There is no run.")).to_be_visible()
    await _empty_pages(console)
    await _runs(console)
    await _application(console)
    await _access(console)
    await _outbox(console)
    await console.go("audit")
    await expect(page.get_by_text("key_revoke")).to_be_visible()
    await console.press("Log out")
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await console.go("runs")
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()


async def _empty_pages(console: Console) -> None:
    for path, words in (
        ("outbox", "There is no mail."),
        ("audit?actor=nobody", "There is no entry that agrees"),
    ):
        await console.go(path)
        await expect(console.page.get_by_text(words)).to_be_visible()


async def _runs(console: Console) -> None:
    page = console.page
    console.run("Fail once", {}, "startAction")
    await asyncio.sleep(1)
    for action, input in (("Say", {"what": HOSTILE}), ("Odd", {"what": HOSTILE}), ("Fail order", {})):
        console.run(action, input)
    console.run("Ask", {}, "startAction")
    await console.go("runs")
    await expect(page.get_by_text("5 runs")).to_be_visible()
    await page.get_by_label("State").select_option("Waiting")
    await console.press("Show")
    await console.follow(page.get_by_role("link", name="Ask", exact=True))
    await expect(page.get_by_role("heading", name="It waits for: Which one?")).to_be_visible()
    await console.press("Cancel the run")
    await expect(page.get_by_role("status")).to_have_text("The run was cancelled.")
    await console.go("runs?action=Fail+once")
    await console.follow(page.get_by_role("link", name="Fail once", exact=True))
    await console.press("Go on from where it failed")
    await expect(page.get_by_role("status")).to_contain_text("The run goes on")
    await console.go("runs?action=Odd")
    await console.follow(page.get_by_role("link", name="Odd", exact=True))
    await expect(page.get_by_role("heading", name="The way it took")).to_be_visible()


async def _application(console: Console) -> None:
    page = console.page
    await console.follow(
        page.get_by_role("navigation", name="Console").get_by_role("link", name="Application")
    )
    for name in ("Open to everybody", "Models", "Actions", "Doors and roles"):
        await page.get_by_role("navigation", name="On this page").get_by_role("link", name=name).click()
        await expect(page.get_by_role("heading", name=name)).to_be_in_viewport()
    for action in ("Odd", "Import orders", "Fail once"):
        await console.go("application")
        await console.follow(page.get_by_role("link", name=action, exact=True).first)
        await expect(page.get_by_role("heading", name=action, exact=True)).to_be_visible()
        await page.get_by_text("The steps in words").click()
        await console.right()
    await console.go("application")
    await page.get_by_role("link", name="Import orders", exact=True).first.click()
    await console.follow(page.locator("svg a"))
    await expect(page.get_by_role("heading", name="Count orders", exact=True)).to_be_visible()


async def _access(console: Console) -> None:
    page = console.page
    await console.go("access")
    await page.get_by_label("E-mail address").fill("new@example.org")
    await page.get_by_label("clerk").check()
    await console.press("Add the user")
    await expect(page.get_by_role("status")).to_have_text("The user was added.")
    await page.get_by_label("User", exact=True).select_option("new@example.org")
    await console.press("Make the key")
    key = await page.locator(".key").text_content()
    assert key and len(key) == 43
    await console.go("access")
    assert key not in await page.content()
    await console.follow(page.get_by_role("button", name="Revoke"))
    await expect(page.get_by_text("The key has ended.")).to_be_visible()
    await console.follow(page.get_by_role("button", name="Disable new@example.org"))
    await expect(page.get_by_role("button", name="Enable new@example.org")).to_be_visible()


async def _outbox(console: Console) -> None:
    page = console.page
    console.run("Write to", {"to": "ada@example.org", "subject": HOSTILE, "text": HOSTILE})
    await console.go("outbox")
    await console.follow(page.locator("tbody th a"))
    await expect(page.locator("pre").first).to_contain_text("<script>alert(1)</script>")


async def test_keyboard_alone_reaches_everything_in_its_order(server: Server, chromium: Chromium) -> None:
    page = await chromium.browser.new_page()
    await page.goto(f"{server.url}/console/shop/login")
    for key in (*"\t\t", CHIEF, "\t", PASSWORD, "\n"):
        await (page.keyboard.press("Tab") if key == "\t" else page.keyboard.type(key))
    await expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Skip to the content")).to_be_focused()
    seen = []
    for _ in range(12):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate("document.activeElement.textContent.trim().split('\\n')[0]"))
    assert seen[:6] == ["Runs", "Application", "Users and keys", "Audit trail", "Outbox", "Log out"]
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
