"""The timer ticks, says how it is, and survives a database that is away."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import scheduler as scheduler_file
from bot.engine import Engine
from bot.scheduler import Scheduler


async def until_ticked(scheduler: Scheduler) -> None:
    async with asyncio.timeout(5):
        while scheduler.state().ticked_at is None:  # noqa: ASYNC110 - the timer's own doing
            await asyncio.sleep(0.01)


async def test_it_ticks_at_once_and_again(engine: Engine) -> None:
    scheduler = Scheduler(engine)
    assert not scheduler.is_well()

    scheduler.start()
    await until_ticked(scheduler)
    first = scheduler.state().ticked_at
    await asyncio.sleep(0.2)

    assert scheduler.is_well()
    assert scheduler.state().ticked_at != first
    await scheduler.stop()
    assert not scheduler.is_well()


async def test_a_tick_that_fails_does_not_end_the_ticking(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = 0

    async def fails_twice(_: Engine) -> int:
        nonlocal failures
        failures += 1
        if failures <= 2:
            raise OSError("the database is away")
        return 0

    monkeypatch.setattr(scheduler_file, "tick", fails_twice)
    scheduler = Scheduler(engine)

    scheduler.start()
    await until_ticked(scheduler)

    assert failures >= 3
    await scheduler.stop()


async def test_it_is_not_well_when_ticks_stay_away(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: Engine) -> int:
        raise OSError("the database is away")

    monkeypatch.setattr(scheduler_file, "tick", fails)
    monkeypatch.setattr(scheduler_file, "LATE", timedelta(0))
    scheduler = Scheduler(engine)

    scheduler.start()
    await asyncio.sleep(0.3)

    assert scheduler.state().running
    assert not scheduler.is_well()
    await scheduler.stop()


async def test_stopping_waits_for_a_tick_under_way(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow(engine: Engine) -> int:
        begun.set()
        async with engine.database.read() as session:
            await asyncio.sleep(0.1)
            await session.execute(select(1))
        ended.set()
        return 0

    monkeypatch.setattr(scheduler_file, "tick", slow)
    scheduler = Scheduler(engine)
    scheduler.start()
    await begun.wait()

    await scheduler.stop()

    assert ended.is_set()
