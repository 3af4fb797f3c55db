"""What happened in the workspaces, in order: an append-only list that anyone may follow."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    number: int  # counts from 1, without gaps
    at: float  # epoch seconds
    kind: str  # "message.posted", "view.updated", …
    workspace_id: str
    facts: dict[str, Any]


class Changes:
    def __init__(self) -> None:
        self.entries: list[Change] = []
        self._next = asyncio.Event()

    def add(self, kind: str, workspace_id: str, **facts: Any) -> None:
        self.entries.append(Change(len(self.entries) + 1, time.time(), kind, workspace_id, facts))
        happened, self._next = self._next, asyncio.Event()
        happened.set()

    async def another(self, timeout: float | None = None) -> bool:
        """Waits for the next change. False where none came within `timeout` seconds."""
        try:
            await asyncio.wait_for(self._next.wait(), timeout)
        except TimeoutError:
            return False
        return True

    async def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """Every change after the one with that number, for as long as one listens."""
        while True:
            while after < len(self.entries):
                yield self.entries[after]
                after += 1
            await self._next.wait()
