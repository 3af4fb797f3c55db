"""Several pages that are loaded together: as many as come while the batch before is loaded."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from bot.connectors.connection import Page
from bot.connectors.values import later
from bot.projects.shape import Target
from bot.sync.keys import write_key
from bot.sync.mapper import MappedPage, key_in
from bot.sync.peak import Peak, higher
from bot.sync.stored import Row
from store.rejects import Rejected

MOST_BYTES = 5 * 1024 * 1024  # of answers
MOST_ROWS = 12_500
AT_ONCE = 4  # batches of that size in the making; where there are more, they are smaller
PATIENCE = 0.25  # seconds that a page waits for others: a slow service's pages load as they come

_gatherings: set[object] = set()  # under way in this process


class Batch:
    """Pages in their order. What a page says last of a record is what counts."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.rows: list[Row] = []
        self.gone: dict[str, Row] = {}  # keys of deleted records by their written form
        self.rejected: dict[str, Rejected] = {}  # by the record's key
        self.rejects = 0  # records that were rejected, a repeated key as often as it came
        self.recovered: set[str] = set()  # keys of records that may have been rejects
        self.left = 0  # records of a kind of update that was not chosen
        self.cursor: str | None = None
        self.peak: Peak | None = None
        self.next: dict[str, Any] | None = None
        self.done = False
        self.pages = 0
        self.began = time.monotonic()
        self._size = 0
        self._mapped: list[MappedPage] = []
        self._starts: list[int] = []  # of each page, its first row

    @property
    def is_full(self) -> bool:
        share = min(1.0, AT_ONCE / max(len(_gatherings), 1))  # memory is one for all
        return self._size >= MOST_BYTES * share or len(self.rows) >= MOST_ROWS * share

    def add(self, page: Page, mapped: MappedPage) -> None:
        self.pages += 1
        self.next, self.done = page.next, page.next is None
        self._size += page.size
        self._mapped.append(mapped)
        self._starts.append(len(self.rows))
        if self.gone:  # deleted, then made again with the same key
            for row in mapped.rows:
                self.gone.pop(write_key(key_in(self._target, row)), None)
        self.gone |= mapped.gone
        self.rows += mapped.rows
        self.left += mapped.left
        self.cursor = later(self.cursor, mapped.cursor)
        self.peak = higher(self.peak, mapped.peak)
        for rejected in mapped.rejected:
            self.reject(rejected)

    def reject(self, rejected: Rejected) -> None:
        self.rejects += 1
        self.rejected[rejected.record_key] = rejected
        self.recovered.discard(rejected.record_key)

    def recover(self, keys: set[str]) -> None:
        """Records with these keys came and were none (any more)."""
        self.recovered |= keys
        for key in keys.intersection(self.rejected):
            del self.rejected[key]

    def record_of(self, row: int) -> Any:
        """The record that a row came from."""
        number = bisect_right(self._starts, row) - 1
        page = self._mapped[number]
        return page.records[page.places[row - self._starts[number]]]


async def gathered(
    pages: AsyncIterator[Page], target: Target, add: Callable[[Batch, Page], Awaitable[None]]
) -> AsyncGenerator[Batch, None]:
    """The pages in batches, by `add`; the next page is fetched meanwhile.

    What goes wrong with a page is raised after the pages before it.
    """
    this = object()
    _gatherings.add(this)
    fetching = asyncio.create_task(_next(pages))
    batch = Batch(target)
    try:
        while True:
            patience = max(batch.began + PATIENCE - time.monotonic(), 0) if batch.pages else None
            await asyncio.wait({fetching}, timeout=patience)
            if not fetching.done():
                yield batch
                batch = Batch(target)
                continue
            try:
                page = fetching.result()
                if page is None:
                    break
                if page.next is not None:
                    fetching = asyncio.create_task(_next(pages))
                if not batch.pages:
                    batch.began = time.monotonic()
                await add(batch, page)
            except Exception:  # whatever it is: what came before it is not lost
                if batch.pages:
                    yield batch
                raise
            if page.next is None:
                break
            if batch.is_full:
                yield batch
                batch = Batch(target)
        if batch.pages:
            yield batch
    finally:
        _gatherings.discard(this)
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)
        if isinstance(pages, AsyncGenerator):
            with suppress(Exception):  # what went wrong with a page nobody waits for any more
                await pages.aclose()


async def _next(pages: AsyncIterator[Page]) -> Page | None:
    return await anext(pages, None)
