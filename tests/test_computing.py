"""Work for the processor leaves the loop free, and is done one piece at a time."""

import asyncio
import threading
import time
from contextlib import suppress

import pytest

from bot.computing import computed


async def test_what_the_work_returns_or_raises() -> None:
    assert await computed(divmod, 7, 3) == (2, 1)
    assert await computed(int, "ff", base=16) == 255
    with pytest.raises(ZeroDivisionError):
        await computed(divmod, 7, 0)


async def test_the_loop_goes_on_meanwhile() -> None:
    loop, began, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def work() -> str:
        loop.call_soon_threadsafe(began.set)
        go_on.wait(10)
        return threading.current_thread().name

    working = asyncio.create_task(computed(work))
    await asyncio.wait_for(began.wait(), 10)
    assert not working.done()
    go_on.set()

    assert (await working).startswith("computing")


async def test_one_piece_at_a_time_in_the_order_asked_for() -> None:
    at_work, most, order = 0, 0, list[int]()

    def work(number: int) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        time.sleep(0.002)
        order.append(number)
        at_work -= 1

    await asyncio.gather(*(computed(work, number) for number in range(8)))

    assert most == 1
    assert order == list(range(8))


async def test_work_that_nobody_waits_for_any_more_holds_up_nobody_else() -> None:
    go_on, done = threading.Event(), list[str]()

    def work(name: str) -> None:
        go_on.wait(10)
        done.append(name)

    first, second = (asyncio.create_task(computed(work, name)) for name in ("under way", "waits"))
    await asyncio.sleep(0.01)
    for task in (first, second):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    go_on.set()

    assert await computed(len, "abc") == 3
    assert done == ["under way"]
