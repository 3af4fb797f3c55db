"""Whose turn it is: requests and token renewals, in a queue of their own for each authorization."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.connectors.grammar import CONCURRENT, RateLimit

Result = TypeVar("Result")

_PATIENCE = 5.0  # seconds that closing waits for renewals under way


class Turn:
    """`async with turn:` around each request of an account: first come, first served.

    A request counts against the rate until `per_seconds` after its end. So the service never sees
    more than it allows in any such time, however long each request is on its way.
    """

    def __init__(self, limit: RateLimit | None = None) -> None:
        self._seconds = limit.per_seconds if limit else 0.0
        self._places = asyncio.Semaphore(limit.concurrent if limit else CONCURRENT)
        self._allowed = asyncio.Semaphore(limit.requests) if limit else None

    async def __aenter__(self) -> None:
        await self._places.acquire()
        try:
            if self._allowed is not None:
                await self._allowed.acquire()
        except asyncio.CancelledError:
            self._places.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._places.release()
        if self._allowed is not None:
            asyncio.get_running_loop().call_later(self._seconds, self._allowed.release)


class Turns:
    """Kept per process: the limits hold for all syncs of an authorization together."""

    def __init__(self) -> None:
        self._turns: dict[int, tuple[RateLimit | None, Turn]] = {}
        self._locks: dict[int, asyncio.Lock] = {}
        self._unbroken: set[asyncio.Task[Any]] = set()

    def turn(self, authorization_id: int, limit: RateLimit | None) -> Turn:
        """The queue in which all who use this authorization stand."""
        kept = self._turns.get(authorization_id)
        if kept is None or kept[0] != limit:
            kept = self._turns[authorization_id] = (limit, Turn(limit))
        return kept[1]

    def lock(self, authorization_id: int) -> asyncio.Lock:
        """Held while its secret is renewed."""
        return self._locks.setdefault(authorization_id, asyncio.Lock())

    async def unbroken(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Does `work` to its end even where the caller is cancelled meanwhile.

        A refresh token that was used and whose successor was not stored is an authorization lost.
        """
        task = asyncio.create_task(work)
        self._unbroken.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def close(self) -> None:
        if self._unbroken:
            await asyncio.wait(self._unbroken, timeout=_PATIENCE)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._unbroken.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits gets it; otherwise nobody needs it
