"""The gallery's page in a browser, for tests of what is drawn."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import Page

from bot.playground import gallery
from bot.playground.gallery import LIGHT, Drawing, Look
from handlers.samples.words import NOW


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drawing() -> AsyncIterator[Drawing]:
    """One page for all tests of a file; each draws in place of what was there."""
    async with gallery.browser() as opened:
        page = await opened.new_page()
        page.set_default_timeout(5_000)
        yield await Drawing(page).open()
        await page.close()


async def draw(drawing: Drawing, *blocks: dict[str, Any], look: Look = LIGHT) -> Page:
    """Draws blocks of a message and forgets what was told before. Nothing may be wrong."""
    await forget(drawing.page)
    found = await drawing.draw(message(*blocks), look)
    assert found == []
    return drawing.page


def message(*blocks: dict[str, Any]) -> dict[str, Any]:
    named = [{"block_id": f"b{number}", **block} for number, block in enumerate(blocks)]
    return {"kind": "blocks", "surface": "message", "payload": named, "now": NOW.timestamp()}


async def forget(page: Page) -> None:
    await page.evaluate("acts.length = 0; window.answers = {}; showStack([], 0)")


async def told(page: Page, what: str = "act") -> list[dict[str, Any]]:
    """What the page told its server so far."""
    heard: list[dict[str, Any]] = await page.evaluate(
        "what => acts.filter(a => a.what === what)", what
    )
    return heard


async def show(page: Page, *views: dict[str, Any]) -> None:
    """The stack of modals as the server would send it."""
    await page.evaluate("([views, now]) => showStack(views, now)", [list(views), NOW.timestamp()])


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(text: str, **more: Any) -> dict[str, Any]:
    return {"text": plain(text), "value": text.lower(), **more}


def asked(label: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An input block."""
    element = {"action_id": "a", **element}
    return {"type": "input", "label": plain(label), "element": element, **more}


def modal(title: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = [{"block_id": f"b{number}", **block} for number, block in enumerate(blocks)]
    return {
        "type": "modal",
        "title": plain(title),
        "blocks": named,
        "state": {"values": {}},
        **more,
    }
