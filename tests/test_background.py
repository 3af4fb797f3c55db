import asyncio
import time

from bot.background import Background


async def test_what_is_under_way_may_finish() -> None:
    background, finished = Background(), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.05)
        finished.set()

    background.start(work())
    await background.end()
    assert finished.is_set()


async def test_a_pause_is_over_at_once_when_it_ends() -> None:
    background, ended = Background(), asyncio.Event()

    async def work() -> None:
        if await background.pause(60):
            ended.set()

    background.start(work())
    await asyncio.sleep(0)
    started = time.monotonic()
    await background.end()
    assert ended.is_set()
    assert time.monotonic() - started < 1


async def test_a_pause_that_nobody_disturbs_lasts() -> None:
    started = time.monotonic()
    assert not await Background().pause(0.05)
    assert time.monotonic() - started >= 0.05


async def test_what_does_not_end_is_cut_off() -> None:
    background, cut_off = Background(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cut_off.set()

    background.start(work())
    await asyncio.sleep(0)
    await background.end()
    assert cut_off.is_set()
