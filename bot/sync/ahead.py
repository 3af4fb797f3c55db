"""Has the next one made while the caller works on this one."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import TypeVar

from bot.sync.interruptions import Stopping

Item = TypeVar("Item")


async def ahead(
    items: AsyncIterator[Item], patience: float = math.inf
) -> AsyncGenerator[Item | None, None]:
    """The same items, at most one of them made early. None before one that takes longer than
    `patience` seconds: time for what was put off.

    What goes wrong with an item is raised when it is its turn, after the items before it.
    """
    making = asyncio.create_task(_next(items))
    try:
        while True:
            if patience < math.inf and not (await asyncio.wait({making}, timeout=patience))[0]:
                yield None
            item = await making
            if item is None:
                break
            making = asyncio.create_task(_next(items))
            yield item
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        if isinstance(items, AsyncGenerator):
            with suppress(Exception):  # what went wrong with an item nobody waits for any more
                await items.aclose()


async def unless_stopped(task: asyncio.Task[Item], stop: asyncio.Event) -> Item:
    """What the task returns or raises. Raises Stopping, and cancels it, once `stop` is set."""
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopping, task}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise Stopping
        return task.result()
    finally:
        stopping.cancel()


async def _next(items: AsyncIterator[Item]) -> Item | None:
    return await anext(items, None)
