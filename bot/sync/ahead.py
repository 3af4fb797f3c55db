"""Fetches the next page while the caller works on this one."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from bot.connectors.connection import Page
from bot.sync.interruptions import Stopping


async def ahead(pages: AsyncIterator[Page], stop: asyncio.Event) -> AsyncGenerator[Page, None]:
    """The same pages, at most one of them fetched early.

    What goes wrong with a page is raised when it is its turn, after the pages before it. Raises
    Stopping when `stop` is set; a request under way is not waited for.
    """
    stopping = asyncio.create_task(stop.wait())
    fetching = asyncio.create_task(_next(pages))
    try:
        while True:
            await asyncio.wait({stopping, fetching}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                raise Stopping
            page = fetching.result()
            if page is None:
                return
            if page.next is not None:
                fetching = asyncio.create_task(_next(pages))
            yield page
            if page.next is None:
                return
    finally:
        for task in (stopping, fetching):
            task.cancel()
        await asyncio.gather(stopping, fetching, return_exceptions=True)
        if isinstance(pages, AsyncGenerator):
            with suppress(Exception):  # what went wrong with a page nobody waits for any more
                await pages.aclose()


async def _next(pages: AsyncIterator[Page]) -> Page | None:
    try:
        return await anext(pages)
    except StopAsyncIteration:
        return None
