"""Whoever answers Slack goes first: a sync that computes waits a moment where somebody does."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.01  # seconds before each piece of work; so a sync goes on, however much is asked

_in_hand = 0  # requests
_waiting: set[asyncio.Future[None]] = set()


@contextmanager
def answering() -> Iterator[None]:
    """A request of Slack's is in hand, until the end of the block."""
    global _in_hand
    _in_hand += 1
    try:
        yield
    finally:
        _in_hand -= 1
        if not _in_hand:
            for future in _waiting:
                if not future.done():
                    future.set_result(None)
            _waiting.clear()


async def answered() -> None:
    """Before each piece of work of a millisecond or so. Returns at once where nobody waits."""
    if not _in_hand:
        return
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    _waiting.add(future)
    try:
        await asyncio.wait({future}, timeout=PATIENCE)
    finally:
        _waiting.discard(future)
