"""What is done all the time leaves little to the garbage collector, which stops everybody.

Beside a sync it takes 25 to 70 ms each time, since it looks through the values that are on their
way. An `aliased()` of SQLAlchemy's is some 500 objects that refer to each other.
"""

import gc
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.clock import Clock
from handlers.read.integrations import load_list
from store import deliveries
from store.database import Database
from store.vocabulary import Way

TIMES = 10
LITTLE = 200  # objects each time


async def left_by(work: Callable[[], Awaitable[object]]) -> float:
    await work()  # what is remembered is made
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            await work()
        return gc.collect() / TIMES
    finally:
        gc.enable()


async def test_the_list_of_integrations(database: Database) -> None:
    async def look() -> None:
        async with database.read() as session:
            await load_list(session, "T1")

    assert await left_by(look) < LITTLE


async def test_the_outbox_looks_for_what_is_owed(database: Database) -> None:
    async def look() -> None:
        async with database.begin() as session:
            await deliveries.claim(
                session, Clock().now(), ways=list(Way), lease=timedelta(minutes=1), limit=10
            )
            await deliveries.next_due(session)

    assert await left_by(look) < LITTLE
