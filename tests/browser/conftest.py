"""The playground and its page, and tabs of a real Chromium in it."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright

from bot.playground.demo import opened
from bot.playground.host import Playground
from bot.playground.page.app import Page as Served

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = {"width": 1280, "height": 800}
PATIENCE = 10_000  # ms that something may take to be there

OpenTab = Callable[..., Awaitable[Page]]


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ["PATCHBAY_CHROMIUM"], args=ARGUMENTS
        )
        yield browser
        await browser.close()


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[tuple[Playground, Served]]:
    async with opened(tmp_path) as both:
        yield both


@pytest.fixture
def ground(playground: tuple[Playground, Served]) -> Playground:
    return playground[0]


@pytest.fixture
def served(playground: tuple[Playground, Served]) -> Served:
    return playground[1]


@pytest.fixture
async def open_tab(chromium: Browser, served: Served) -> AsyncIterator[OpenTab]:
    """`await open_tab("U_ALICE")`: the page in a window of its own, without the guided tour.

    Whatever goes wrong in the browser fails the test: errors of scripts, what the policy blocks,
    answers that failed, and anything asked of another machine.
    """
    trouble: list[str] = []
    contexts = []

    async def open_one(member: str, place: str = "", *, tour: bool = False, **options: Any) -> Page:
        kept = [] if tour else [{"name": "patchbay-tour-shown", "value": "no"}]
        storage = {"origins": [{"origin": served.url, "localStorage": kept}]}
        context = await chromium.new_context(
            **{"viewport": SIZE, "storage_state": storage, **options}
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("request", lambda request: _check_place(request, trouble))
        context.on("page", lambda page: _listen(page, trouble))
        tab = await context.new_page()
        await tab.goto(f"{served.url}/?as={member}{place}")
        await tab.locator("nav").wait_for(state="attached")
        return tab

    yield open_one
    for context in contexts:
        await context.close()
    assert not trouble


def _listen(tab: Page, trouble: list[str]) -> None:
    tab.on("pageerror", lambda error: trouble.append(f"script: {error}"))
    tab.on(
        "console",
        lambda said: trouble.append(f"console: {said.text}") if said.type == "error" else None,
    )


def _check_place(request: Request, trouble: list[str]) -> None:
    if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        trouble.append(f"asked of another machine: {request.url}")
