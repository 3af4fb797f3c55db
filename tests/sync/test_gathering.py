"""Pages that are loaded together: as many as come meanwhile, and not too many."""

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from bot.connectors.connection import Page
from bot.errors import ServiceUnreachable
from bot.sync import gathering
from bot.sync.ahead import ahead, unless_stopped
from bot.sync.gathering import gathered
from bot.sync.interruptions import Stopping


class Source:
    """Pages of some records each. The one at `hangs_at` waits until it is let go."""

    def __init__(
        self, count: int, *, breaks_at: int = 0, hangs_at: int = 0, records: int = 1
    ) -> None:
        self.count, self.breaks_at, self.hangs_at = count, breaks_at, hangs_at
        self.records = records
        self.asked = 0
        self.closed = False
        self.free = asyncio.Event()

    async def pages(self) -> AsyncGenerator[Page, None]:
        try:
            for number in range(1, self.count + 1):
                self.asked = number
                for _ in range(3):  # a request takes a few turns of the loop
                    await asyncio.sleep(0)
                if number == self.breaks_at:
                    raise ServiceUnreachable("It does not answer.")
                if number == self.hangs_at:
                    await self.free.wait()
                following = None if number == self.count else {"at": number}
                yield Page([{}] * self.records, following, number, size=10 * self.records)
        finally:
            self.closed = True


async def read(
    found: AsyncGenerator[list[Page], None],
    came: list[list[int]],
    then: Callable[[], None] = lambda: None,
) -> None:
    """Writes down the numbers of the pages that come together, and does `then`."""
    async with aclosing(found) as some:
        async for pages in some:
            came.append([page.number for page in pages])
            then()


def of(source: Source, stop: asyncio.Event | None = None) -> AsyncGenerator[list[Page], None]:
    return gathered(source.pages(), stop or asyncio.Event())


@pytest.fixture(autouse=True)
async def _nothing_is_left_behind() -> AsyncIterator[None]:
    """No task, and no error of a task that nobody asked for."""
    unasked = list[str]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: unasked.append(str(context)))
    yield
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not gathering._under_way
    gc.collect(1)
    assert unasked == []


async def test_pages_that_come_quickly_come_together() -> None:
    source, came = Source(5), list[list[int]]()
    await read(of(source), came)
    assert came == [[1, 2, 3, 4, 5]]
    assert source.closed


@pytest.mark.parametrize(("most", "value"), [("MOST_RECORDS", 5), ("MOST_BYTES", 50)])
async def test_never_more_than_may_be(
    monkeypatch: pytest.MonkeyPatch, most: str, value: int
) -> None:
    monkeypatch.setattr(gathering, most, value)
    came = list[list[int]]()
    await read(of(Source(5, records=3)), came)
    assert came == [[1, 2], [3, 4], [5]]
    came.clear()
    await read(of(Source(3, records=9)), came)
    assert came == [[1], [2], [3]]


async def test_where_many_gather_at_a_time_each_gathers_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory is one for all of them."""
    monkeypatch.setattr(gathering, "MOST_RECORDS", 8)
    monkeypatch.setattr(gathering, "AT_ONCE", 2)
    monkeypatch.setattr(gathering, "PATIENCE", 0.01)
    others = [of(Source(9, hangs_at=2)) for _ in range(3)]
    for other in others:
        some = await asyncio.wait_for(anext(other), 5)
        assert len(some) == 1  # it goes on waiting for its second page
    came = list[list[int]]()
    await read(of(Source(5)), came)
    assert came == [[1, 2, 3, 4], [5]]
    for other in others:
        await other.aclose()
    came.clear()
    await read(of(Source(5)), came)
    assert came == [[1, 2, 3, 4, 5]]


async def test_pages_of_a_slow_service_load_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "PATIENCE", 0.02)
    source, came = Source(4, hangs_at=3), list[list[int]]()
    await asyncio.wait_for(read(of(source), came, then=source.free.set), 5)
    assert came == [[1, 2], [3, 4]]


async def test_nobody_waits_longer_because_pages_trickle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "PATIENCE", 0.05)

    async def pages() -> AsyncGenerator[Page, None]:
        for number in range(1, 13):
            await asyncio.sleep(0.01)
            yield Page([], None if number == 12 else {"at": number}, number)

    came = list[list[int]]()
    await read(gathered(pages(), asyncio.Event()), came)
    assert [number for some in came for number in some] == list(range(1, 13))
    assert len(came) > 1


async def test_no_page_at_all_is_no_error() -> None:
    came = list[list[int]]()
    await read(of(Source(0)), came)
    assert came == []


async def test_after_the_last_page_nobody_asks_for_more() -> None:
    async def pages() -> AsyncGenerator[Page, None]:
        yield Page([], None, 1)
        raise AssertionError("asked for more")

    came = list[list[int]]()
    await read(gathered(pages(), asyncio.Event()), came)
    assert came == [[1]]


@pytest.mark.parametrize("breaks_at", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("early", [ahead, lambda items: items], ids=["ahead", "alone"])
async def test_trouble_with_a_page_waits_until_those_before_it_are_loaded(
    monkeypatch: pytest.MonkeyPatch, early: Any, breaks_at: int
) -> None:
    monkeypatch.setattr(gathering, "MOST_RECORDS", 3)
    source, came = Source(5, breaks_at=breaks_at), list[list[int]]()
    with pytest.raises(ServiceUnreachable):
        await read(early(of(source)), came)
    assert [number for some in came for number in some] == list(range(1, breaks_at))
    assert source.closed


async def test_trouble_with_what_is_made_of_a_page_waits_as_well() -> None:
    source, came = Source(9), list[list[int]]()

    async def take(page: Page) -> Page:
        if page.number == 4:
            raise ZeroDivisionError
        return page

    with pytest.raises(ZeroDivisionError):
        await read(ahead(gathered(source.pages(), asyncio.Event(), take)), came)
    assert came == [[1, 2, 3]]
    assert source.closed


async def test_the_next_request_is_on_its_way_before_a_page_is_taken() -> None:
    source, asked = Source(4), list[int]()

    async def take(page: Page) -> Page:
        asked.append(source.asked)
        return page

    await read(gathered(source.pages(), asyncio.Event(), take), [])
    assert asked == [2, 3, 4, 4]


async def test_the_next_pages_are_gathered_while_these_are_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathering, "MOST_RECORDS", 2)
    source, asked = Source(9), list[int]()
    async with aclosing(ahead(of(source))) as some:
        async for _ in some:
            await asyncio.sleep(0.01)
            asked.append(source.asked)
    assert asked == [5, 7, 9, 9, 9]  # those to load next, and one more under way


async def test_what_is_there_at_a_stop_is_loaded() -> None:
    source, came, stop = Source(9, hangs_at=4), list[list[int]](), asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    with pytest.raises(Stopping):
        await asyncio.wait_for(read(ahead(of(source, stop)), came), 5)
    assert came == [[1, 2, 3]]
    assert source.closed


async def test_a_stop_waits_for_no_request() -> None:
    source, came, stop = Source(9, hangs_at=1), list[list[int]](), asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    with pytest.raises(Stopping):
        await asyncio.wait_for(read(ahead(of(source, stop)), came), 5)
    assert came == []
    assert source.closed


async def test_a_stop_between_loads_comes_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_RECORDS", 2)
    source, came, stop = Source(500), list[list[int]](), asyncio.Event()
    with pytest.raises(Stopping):
        await read(ahead(of(source, stop)), came, then=stop.set)
    loaded = [number for some in came for number in some]
    assert loaded == list(range(1, len(loaded) + 1))
    assert len(came) < 5
    assert source.asked < 12
    assert source.closed


async def test_a_stop_after_the_last_page_changes_nothing() -> None:
    source, came, stop = Source(2), list[list[int]](), asyncio.Event()
    await read(ahead(of(source, stop)), came, then=stop.set)
    assert came == [[1, 2]]


@pytest.mark.parametrize("hangs_at", [1, 3])
async def test_a_caller_that_is_cancelled_leaves_nothing_running(hangs_at: int) -> None:
    source, came = Source(9, hangs_at=hangs_at), list[list[int]]()
    caller = asyncio.create_task(read(ahead(of(source)), came))
    await asyncio.sleep(0.01)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert source.closed


async def test_neither_does_one_that_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_RECORDS", 2)
    for source in (Source(9), Source(9, breaks_at=3), Source(9, breaks_at=5)):

        def give_up() -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await read(ahead(of(source)), [], then=give_up)
        assert source.closed


async def test_unless_stopped() -> None:
    stop = asyncio.Event()
    assert await unless_stopped(asyncio.create_task(asyncio.sleep(0, "done")), stop) == "done"

    async def breaks() -> None:
        raise ServiceUnreachable("It does not answer.")

    with pytest.raises(ServiceUnreachable):
        await unless_stopped(asyncio.create_task(breaks()), stop)
    never = asyncio.create_task(asyncio.Event().wait())
    asyncio.get_running_loop().call_later(0.01, stop.set)
    with pytest.raises(Stopping):
        await asyncio.wait_for(unless_stopped(never, stop), 5)
    assert never.cancelled()
    with pytest.raises(Stopping):  # it is set: nothing more is begun
        await unless_stopped(asyncio.create_task(asyncio.sleep(0, "done")), stop)
    await asyncio.sleep(0)
