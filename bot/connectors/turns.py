"""Whose turn it is: rate limits and token renewals, one of each per authorization."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from aiolimiter import AsyncLimiter

from bot.connectors.grammar import RateLimit

Result = TypeVar("Result")

_PATIENCE = 5.0  # seconds that closing waits for renewals under way


class Turns:
    """Kept per process: the limits hold for all syncs of an authorization together."""

    def __init__(self) -> None:
        self._limiters: dict[int, tuple[RateLimit, AsyncLimiter]] = {}
        self._locks: dict[int, asyncio.Lock] = {}
        self._unbroken: set[asyncio.Task[Any]] = set()

    def limiter(self, authorization_id: int, limit: RateLimit | None) -> AsyncLimiter | None:
        """The limiter that all who use this authorization share."""
        if limit is None:
            return None
        kept = self._limiters.get(authorization_id)
        if kept is None or kept[0] != limit:
            kept = self._limiters[authorization_id] = (limit, limiter_of(limit))
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


def limiter_of(limit: RateLimit) -> AsyncLimiter:
    return AsyncLimiter(limit.requests, limit.per_seconds)
