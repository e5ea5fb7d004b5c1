"""A headless Chromium that writes down what its pages ask for and complain about."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page, async_playwright

# Silence towards the outside, and the sandbox off because it refuses to start as root.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@dataclass(frozen=True, slots=True)
class Visit:
    """An open page, the URLs it has asked for, and what its console and uncaught errors said."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser with an empty profile."""

    browser: Browser

    async def visit(self, url: str) -> Visit:
        """Open `url` in a new page and wait until it has loaded."""
        visit = Visit(await self.browser.new_page(viewport={"width": 1280, "height": 800}))
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console",
            lambda message: visit.complaints.append(message.text) if message.type == "error" else None,
        )
        await visit.page.goto(url)
        return visit


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Chromium]:
    """Debian's Chromium in a new profile; fails where it is not installed."""
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("these tests need Chromium: `apt-get install chromium`")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        try:
            yield Chromium(browser)
        finally:
            await browser.close()
