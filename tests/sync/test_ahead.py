"""The next page is fetched while the caller works on this one, and never more than one."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from bot.connectors.connection import Page
from bot.errors import ServiceUnreachable
from bot.sync.ahead import ahead, unless_stopped
from bot.sync.interruptions import Stopping


class Source:
    def __init__(self, count: int, *, breaks_at: int = 0, hangs_at: int = 0) -> None:
        self.count, self.breaks_at, self.hangs_at = count, breaks_at, hangs_at
        self.asked: list[int] = []
        self.closed = False

    async def pages(self) -> AsyncGenerator[Page, None]:
        try:
            for number in range(1, self.count + 1):
                self.asked.append(number)
                await asyncio.sleep(0)
                if number == self.breaks_at:
                    raise ServiceUnreachable("It does not answer.")
                if number == self.hangs_at:
                    await asyncio.Event().wait()
                last = number == self.count
                yield Page(records=[number], next=None if last else {"at": number}, number=number)
        finally:
            self.closed = True


async def read(
    source: Source,
    came: list[int],
    then: Callable[[], None] = lambda: None,
) -> None:
    """Writes down the pages that come, does `then` after each, and ends as `ahead` does."""
    async with aclosing(ahead(source.pages())) as pages:
        async for page in pages:
            came.append(page.number)
            await asyncio.sleep(0.005)  # time enough to fetch ahead
            assert source.asked[-1] == min(page.number + 1, source.count)
            then()


async def test_every_page_comes_once_in_order() -> None:
    source, came = Source(4), list[int]()

    await read(source, came)

    assert came == [1, 2, 3, 4]
    assert source.closed


async def test_no_page_at_all_is_no_error() -> None:
    came = list[int]()

    await read(Source(0), came)

    assert came == []


async def test_trouble_with_a_page_waits_for_its_turn() -> None:
    source, came = Source(4, breaks_at=3), list[int]()

    with pytest.raises(ServiceUnreachable):
        await read(source, came)

    assert came == [1, 2]


async def test_stopping_waits_for_nothing_under_way() -> None:
    stop = asyncio.Event()
    waiting = asyncio.create_task(asyncio.Event().wait())
    asyncio.get_running_loop().call_later(0.01, stop.set)

    with pytest.raises(Stopping):
        await asyncio.wait_for(unless_stopped(waiting, stop), 2)

    assert waiting.cancelled()


async def test_a_caller_that_gives_up_leaves_nothing_running() -> None:
    source, came = Source(9), list[int]()
    before = asyncio.all_tasks()

    def give_up() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await read(source, came, then=give_up)

    assert asyncio.all_tasks() == before
    assert source.closed
    assert source.asked == [1, 2]


async def test_time_is_told_before_a_page_that_takes_long() -> None:
    source = Source(2, hangs_at=2)
    async with aclosing(ahead(source.pages(), 0.01)) as pages:
        first = await anext(pages)
        assert first is not None
        assert first.number == 1
        assert await anext(pages) is None
