"""A sync lets whoever answers Slack go first, but not for ever."""

import asyncio
import time

import pytest

from bot import courtesy
from bot.courtesy import answered, answering


async def test_nobody_waits_where_nobody_asks() -> None:
    turns = 0

    def count() -> None:
        nonlocal turns
        turns += 1

    asyncio.get_running_loop().call_soon(count)
    await answered()
    assert turns == 0


async def test_work_waits_for_the_last_of_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 10)
    with answering():
        with answering():
            working = [asyncio.create_task(answered()) for _ in range(2)]
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in working)
    await asyncio.wait_for(asyncio.gather(*working), 5)


async def test_it_goes_on_where_the_answer_is_long_in_coming() -> None:
    started = time.monotonic()
    with answering():
        await answered()
        waited = time.monotonic() - started
        assert waited >= courtesy.PATIENCE * 0.9
        working = asyncio.create_task(answered())  # the next piece does not wait for it again
        await asyncio.sleep(0)
        assert working.done()
        with answering():  # but for whoever comes then
            working = asyncio.create_task(answered())
            await asyncio.sleep(0)
            assert not working.done()
        await working


async def test_who_is_cancelled_waits_no_more() -> None:
    with answering():
        working = asyncio.create_task(answered())
        await asyncio.sleep(0)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert working.cancelled()
    assert not courtesy._waiting


async def test_an_answer_that_fails_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "PATIENCE", 10)
    with pytest.raises(ValueError, match="no"), answering():
        raise ValueError("no")
    await asyncio.wait_for(answered(), 1)
