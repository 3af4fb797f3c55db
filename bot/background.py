"""Work that nobody waits for, such as what only shows something. It does not outlive the engine."""

import asyncio
from collections.abc import Coroutine
from typing import Any

PATIENCE = 2.0  # seconds for what is under way when the engine ends


class Background:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()  # asyncio itself holds its tasks only weakly
        self._ending = asyncio.Event()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def pause(self, seconds: float) -> bool:
        """Waits; at once True where the engine ends, and whoever waits had better end, too."""
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            pass
        return self._ending.is_set()

    async def end(self) -> None:
        """Lets what is under way finish, so that no connection is torn out of its hands."""
        self._ending.set()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
