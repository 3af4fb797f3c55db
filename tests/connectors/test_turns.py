"""Turns: so many requests of an account at a time, so many in any span of time, in order."""

import asyncio
import time

import pytest

from bot.connectors.grammar import CONCURRENT, RateLimit
from bot.connectors.turns import Turn, Turns


async def ask(turn: Turn, count: int, seconds: float = 0.0) -> tuple[list[float], int]:
    """When each of `count` requests of so many seconds began, and the most at a time."""
    began: list[float] = []
    under_way = most = 0

    async def one() -> None:
        nonlocal under_way, most
        async with turn:
            began.append(time.monotonic())
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(seconds)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(count)))
    return began, most


async def test_no_more_at_a_time_than_the_service_file_says() -> None:
    turn = Turn(RateLimit(requests=1000, concurrent=3))

    _, most = await ask(turn, 12, 0.01)

    assert most == 3


@pytest.mark.parametrize("limit", [None, RateLimit(requests=1000)])
async def test_it_need_not_say(limit: RateLimit | None) -> None:
    _, most = await ask(Turn(limit), 3 * CONCURRENT, 0.01)

    assert most == CONCURRENT


async def test_no_more_in_any_span_than_the_rate() -> None:
    turn = Turn(RateLimit(requests=4, per_seconds=0.2, concurrent=100))

    began, most = await ask(turn, 12)

    assert most <= 4
    assert all(later - earlier >= 0.2 for earlier, later in zip(began, began[4:], strict=False))


async def test_a_request_on_its_way_counts_until_it_has_ended() -> None:
    turn = Turn(RateLimit(requests=1, per_seconds=0.1))

    began, _ = await ask(turn, 2, 0.1)

    assert began[1] - began[0] >= 0.2


async def test_who_gives_up_waiting_leaves_the_queue() -> None:
    turn = Turn(RateLimit(requests=1, per_seconds=0.2, concurrent=1))
    async with turn:
        waiting = asyncio.create_task(ask(turn, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):  # it waits for the rate, and gives its place back
            await ask(turn, 1)

    assert (await asyncio.wait_for(ask(turn, 2), 1))[1] == 1


async def test_a_limit_that_changed_makes_a_new_queue() -> None:
    turns = Turns()
    slow, fast = RateLimit(requests=1), RateLimit(requests=9)

    first = turns.turn(1, slow)

    assert turns.turn(1, slow) is first
    assert turns.turn(2, slow) is not first
    assert turns.turn(1, fast) is not first
