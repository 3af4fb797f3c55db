"""Wakes a waiting loop early; what there is to do stands in the database."""

import asyncio


class Wakeup:
    """The runs table is the queue and the deliveries table the outbox; this only saves the wait.

    A wake-up that is lost (another process, a restart) costs one tick, never a run.
    """

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self, timeout: float) -> None:
        """Returns when woken, or after `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
