"""Gathers pages that are loaded together: as many as come while those before are loaded."""

import asyncio
import time
from asyncio import FIRST_COMPLETED
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from bot.connectors.connection import Page
from bot.sync.interruptions import Stopping

MOST_BYTES = 5 * 1024 * 1024  # of answers
MOST_RECORDS = 12_500
AT_ONCE = 4  # gatherings of that size in one process; where there are more, they are smaller
PATIENCE = 0.25  # seconds that a page waits for others: a slow service's pages load as they come

_under_way: set[object] = set()


async def gathered(
    pages: AsyncIterator[Page], stop: asyncio.Event
) -> AsyncGenerator[list[Page], None]:
    """The pages, several at a time; the next one is fetched meanwhile.

    What goes wrong with a page is raised after the pages before it. Raises Stopping, after those
    that are there, when `stop` is set; a request under way is not waited for.
    """
    this = object()
    _under_way.add(this)
    stopping = asyncio.create_task(stop.wait())
    fetching = asyncio.create_task(_next(pages))
    some: list[Page] = []
    until = 0.0
    try:
        while True:
            patience = max(until - time.monotonic(), 0) if some else None
            await asyncio.wait({fetching, stopping}, timeout=patience, return_when=FIRST_COMPLETED)
            if not fetching.done():
                if some:
                    yield some
                    some = []
                if stop.is_set():
                    raise Stopping
                continue
            try:
                page = fetching.result()
            except Exception:  # whatever it is: what came before it is not lost
                if some:
                    yield some
                raise
            if page is None:
                break
            if page.next is not None:
                fetching = asyncio.create_task(_next(pages))
            if not some:
                until = time.monotonic() + PATIENCE
            some.append(page)
            if page.next is None:
                break
            if _is_enough(some):
                yield some
                some = []
        if some:
            yield some
    finally:
        _under_way.discard(this)
        for task in (fetching, stopping):
            task.cancel()
        await asyncio.gather(fetching, stopping, return_exceptions=True)
        if isinstance(pages, AsyncGenerator):
            with suppress(Exception):  # what went wrong with a page nobody waits for any more
                await pages.aclose()


def _is_enough(pages: list[Page]) -> bool:
    share = min(1.0, AT_ONCE / len(_under_way))  # memory is one for all
    size = sum(page.size for page in pages)
    return (
        size >= MOST_BYTES * share
        or sum(len(page.records) for page in pages) >= MOST_RECORDS * share
    )


async def _next(pages: AsyncIterator[Page]) -> Page | None:
    return await anext(pages, None)
