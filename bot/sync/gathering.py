"""Gathers pages that are loaded together: as many as come while those before are loaded."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from bot.connectors.connection import Page
from bot.sync.interruptions import Stopping

MOST_BYTES = 9 * 1024 * 1024  # kept of pages that are loaded together, and once more of the next
MOST_RECORDS = 12_500
AT_ONCE = 4  # gatherings of that size in one process; where there are more, they are smaller
PATIENCE = 0.25  # seconds that a page waits for others: a slow service's pages load as they come

_under_way: set[object] = set()


class Taken(Protocol):
    """What is made of a page."""

    @property
    def size(self) -> int: ...

    @property
    def records(self) -> Sequence[Any]: ...


Item = TypeVar("Item", bound=Taken)
Result = TypeVar("Result")


async def _as_it_is(page: Any) -> Any:
    return page


async def gathered(
    pages: AsyncIterator[Page],
    stop: asyncio.Event,
    take: Callable[[Page], Awaitable[Item]] = _as_it_is,
) -> AsyncGenerator[list[Item], None]:
    """What `take` makes of the pages, several at a time; the next one is fetched meanwhile.

    What goes wrong with a page is raised after the pages before it. Raises Stopping, after those
    that are there, when `stop` is set; a request under way is not waited for.
    """
    this = object()
    _under_way.add(this)
    loop = asyncio.get_running_loop()
    news = asyncio.Event()  # cheaper than to wait for several tasks, page by page

    def begun(work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: news.set())
        return task

    stopping = begun(stop.wait())
    fetching = begun(_next(pages))
    some: list[Item] = []
    until = 0.0
    try:
        while True:
            if not fetching.done():
                if not stop.is_set() and (not some or loop.time() < until):
                    news.clear()
                    await news.wait()
                    continue
                if some:
                    yield some
                    some = []
                if stop.is_set():
                    raise Stopping
                continue
            try:
                page = fetching.result()
                if page is None:
                    break
                is_last = page.next is None
                if not is_last:
                    fetching = begun(_next(pages))
                    await asyncio.sleep(0)  # the request is on its way before the page is taken
                taken = await take(page)
            except Exception:  # whatever it is: what came before it is not lost
                if some:
                    yield some
                raise
            if not some:
                until = loop.time() + PATIENCE
                loop.call_at(until, news.set)
            some.append(taken)
            if is_last:
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


def _is_enough(pages: Sequence[Taken]) -> bool:
    share = min(1.0, AT_ONCE / len(_under_way))  # memory is one for all
    size = sum(page.size for page in pages)
    return (
        size >= MOST_BYTES * share
        or sum(len(page.records) for page in pages) >= MOST_RECORDS * share
    )


async def _next(pages: AsyncIterator[Page]) -> Page | None:
    return await anext(pages, None)
